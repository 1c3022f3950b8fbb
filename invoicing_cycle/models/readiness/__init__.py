"""Period → Pending or Ready: who must have locked, the state, who owes what."""

from . import missing_data_reasons
from . import missing_data
from . import required
from . import open_days
from . import required_sync
from . import time
from . import state
from . import breakdown
from . import held
from . import debt
from . import reminders
from . import reminder_digest
from . import reminder_activities
