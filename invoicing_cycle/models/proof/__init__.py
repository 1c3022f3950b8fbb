"""That all of the above agrees, entry by entry; it only reads."""

from . import proof
from . import totals
from . import entries
from . import memory
from . import periods
from . import lines
from . import orders
from . import items
from . import line_links
from . import line_made
from . import line_keys
from . import recreated
from . import documents
from . import milestones
from . import milestone_links
from . import expenses
from . import fixed
from . import caps
from . import retainer
from . import down_payments
from . import spans
from . import summary
