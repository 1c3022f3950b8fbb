"""Send back time, withdraw an approval."""

from . import send_back
