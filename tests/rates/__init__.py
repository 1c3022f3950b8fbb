"""Day of work → sales order item and price: from which day a change of them holds."""
