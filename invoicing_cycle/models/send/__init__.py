"""Invoice → sent: when, by whom, by which channel."""

from . import mark_sent
from . import outside
from . import einvoice
from . import batch
from . import delivery
from . import receipts
from . import annex
from . import annex_file
