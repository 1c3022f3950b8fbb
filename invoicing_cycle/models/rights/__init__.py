"""Who may read and change what billing rights and figures hang on."""

from . import confidential
from . import deciding
from . import borrowed
from . import named
from . import dialog
