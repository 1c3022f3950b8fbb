"""Merged contacts: who is responsible for the customer that is left."""

from . import partner_merge
