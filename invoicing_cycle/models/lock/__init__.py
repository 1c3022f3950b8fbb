"""Up to which day a person has handed in, and who owes days."""

from . import locked_until
from . import calendar
from . import work_days
from . import completeness
from . import automatic
from . import calendar_rights
