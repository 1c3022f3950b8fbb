"""Who approves which time, and what was decided."""

from . import flow
from . import step
from . import delegation
from . import log
from . import state_sql
from . import state
from . import route
from . import visibility
from . import actions
from . import sent_back
from . import unusual
from . import bulk
