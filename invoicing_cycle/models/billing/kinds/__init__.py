"""What is billed beside time, or changes how much of it is: a file for each."""

from . import kind
from . import milestone
from . import retainer_terms
from . import share
from . import fixed
from . import milestone_billing
from . import down_payment
from . import down_payment_ledger
from . import cap
from . import retainer
from . import expense
from . import expense_billing
from . import down_payment_left
from . import fixed_ledger
from . import milestone_ledger
from . import expense_ledger
