"""The ledger as if some invoice lines were not there.

A plan asks what would be billed then, and writes nothing for it. Whoever decides what
is left to bill asks here; what is stored, and what the screen shows, does not.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Supposition(NamedTuple):
    """What is supposed of the ledger.

    ``lines`` bill nothing. Of all time just that of ``places`` waits, and of what is
    billed beside time ``records`` wait in other periods than they do.
    """

    lines: object = None  # account.move.line
    places: dict | None = None  # id of an entry to id of its period; None: as it is
    records: dict = {}  # record to id of its period

    @property
    def line_ids(self):
        return self.lines.ids if self.lines else []


NOTHING = Supposition()

_supposed = ContextVar("invoicing_cycle_supposed", default=NOTHING)


@contextmanager
def supposing(lines, places, records):
    """A block that plans: see :class:`Supposition`."""
    token = _supposed.set(Supposition(lines, places, records))
    try:
        yield
    finally:
        _supposed.reset(token)


def get_supposition():
    return _supposed.get()
