"""The sales order that a project lacks."""

from . import create_order
