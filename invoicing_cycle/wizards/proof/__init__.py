"""Prove the cycle: its dialog, and the differences as tables."""

from . import proof
from . import difference
from . import tables
