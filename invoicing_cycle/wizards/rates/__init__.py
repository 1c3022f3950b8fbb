"""From which day another item or price holds."""

from . import rate_change
