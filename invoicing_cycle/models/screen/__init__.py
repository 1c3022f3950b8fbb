"""The Invoicing screen: its header, its sections, missing data."""

from . import cycle
from . import numbers
from . import outside
from . import autopilot
