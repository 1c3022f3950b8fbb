"""Dates → period: which stretches of days a project is billed by."""

from . import project
from . import frequency
from . import open_periods
from . import cutover
from . import late
from . import cron
from . import project_rights
from . import basis
from . import responsible
from . import customer
from . import money
from . import period
from . import period_label
from . import allocation
from . import closed
from . import spans
from . import period_rights
