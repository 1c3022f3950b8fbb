"""Odoo's dialog for credit notes: whole invoices, lines or time entries."""

from . import reversal_line
from . import reversal
