"""The dialogs, in the packages of models/ that they belong to."""

from . import rights
from . import schedule
from . import entries
from . import lock
from . import rates
from . import approval
from . import readiness
from . import billing
from . import ledger
from . import draft
from . import send
from . import reporting
from . import proof
