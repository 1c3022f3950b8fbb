"""What every step uses: values and bounds, what only code records, settings."""

from . import sql
from . import values
from . import recorded
from . import bounds
from . import company
from . import units
from . import today
