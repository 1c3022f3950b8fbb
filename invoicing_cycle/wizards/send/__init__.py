"""Mark as sent, and its undo."""

from . import mark_sent
from . import unsend
