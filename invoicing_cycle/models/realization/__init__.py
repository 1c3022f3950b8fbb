"""What time brought in."""

from . import realization
