"""In the order of the data flow: dates → period → entry → readiness → invoice → sent.

Each package extends those above it. What a step decides stands in its package.
"""

from . import common
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
from . import runs
from . import autopilot
from . import screen
from . import realization
from . import reporting
from . import proof
from . import api
