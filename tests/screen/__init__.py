"""The Invoicing screen: its lists and forms, as each role loads them."""
