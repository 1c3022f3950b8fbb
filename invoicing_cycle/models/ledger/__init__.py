"""Invoice line → what it bills: taken, given back, credited, billed once."""

from . import invoice
from . import cycle_date
from . import invoice_line
from . import live_lines
from . import give_back
from . import billed_time
from . import credit
from . import creditable
from . import credit_warning
from . import rebill
from . import invoice_type
from . import once
from . import take_over
from . import line_unit
from . import links
from . import order_links
