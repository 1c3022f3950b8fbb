"""Preview, invoice anyway or skip with a reason, freeform documents."""

from . import reason
from . import preview
from . import preview_line
from . import preview_warning
from . import preview_sending
from . import freeform
from . import freeform_check
from . import freeform_line
