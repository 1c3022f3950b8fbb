"""Month end: the day of the reports, and the report of the cycle."""

from . import month_end
