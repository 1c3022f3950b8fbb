"""Ready period → invoice: what goes on it, at which price, and making it."""

from . import invoice_format
from . import time
from . import items
from . import line_amounts
from . import amount_sql
from . import totals
from . import preview
from . import generate
from . import lines
from . import correction
from . import documents
from . import late_invoice
from . import order_invoice
from . import sold_beside
from . import order_line
from . import delivered
from . import kinds
