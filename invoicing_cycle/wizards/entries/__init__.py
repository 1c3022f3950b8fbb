"""Bill, hold or write off."""

from . import decision
