"""Bill, hold or write off; what goes with the add-on."""

from . import decision
from . import uninstall
