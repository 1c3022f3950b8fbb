"""That all of the above agrees, entry by entry; it only reads."""

from . import proof
from . import proof_sql
from . import telling
from . import places
from . import entries
from . import waiting
from . import billed_lines
from . import line_links
from . import line_made
from . import documents
from . import quantities
from . import items
from . import milestones
from . import expenses
from . import periods
from . import sums
from . import run
