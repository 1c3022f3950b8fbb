"""A draft knows that it is out of date, and is made anew."""

from . import changed_entry
from . import outdated_line
from . import refresh_line
from . import write_up
from . import outdated
from . import outdated_items
from . import outdated_expenses
from . import outdated_milestones
from . import outdated_amounts
from . import outdated_down_payments
from . import refresh
from . import refresh_caps
from . import refresh_plan
from . import confirm
