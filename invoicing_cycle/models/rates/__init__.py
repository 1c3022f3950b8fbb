"""Day of work → sales order item and price: from which day a change of them holds."""

from . import history
from . import settled
from . import item_of_day
from . import item_change
from . import price_change
from . import shown
