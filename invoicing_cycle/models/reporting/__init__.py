"""Month end: what was worked, earned, billed and sent, at a day and over time."""

from . import period
from . import at_day
from . import wip
from . import accrual
from . import pace
from . import fixed_work
from . import cycle_report
