"""What other systems call: plain values in and out, in one place."""

from . import calls
from . import periods
from . import invoices
from . import documents
from . import time
from . import freeform
