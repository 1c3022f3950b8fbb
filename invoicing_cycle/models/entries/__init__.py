"""Time entry → period: where it waits, how much is billed, what may change it."""

from . import row_set
from . import row
from . import cutover
from . import entry
from . import hours
from . import part
from . import summary
from . import summary_sql
from . import counted
from . import frozen
from . import protected
from . import guard
from . import decision
from . import costs
from . import links
from . import form
