"""Submit (lock), lock for others, unlock."""

from . import timesheet_lock
from . import checks
from . import gaps
from . import consequences
