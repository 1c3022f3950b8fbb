"""The Invoicing screen: its header, its sections, missing data."""

from . import cycle
from . import sections
from . import trend
from . import numbers
from . import outside
from . import autopilot
