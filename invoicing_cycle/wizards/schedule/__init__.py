"""The billing schedule of many projects at once."""

from . import set_schedule
