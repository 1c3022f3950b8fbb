"""Drafts that are out of date: refresh them, and confirm them."""

from . import refresh
from . import confirm
