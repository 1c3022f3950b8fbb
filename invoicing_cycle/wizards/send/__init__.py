"""Undo “sent”."""

from . import unsend
