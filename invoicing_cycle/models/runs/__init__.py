"""Big work runs beside the user: in chunks, each a transaction of its own."""

from . import run, run_line, start, kinds, worker
