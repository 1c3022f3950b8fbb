"""Invoice → sent: when, by whom, by which channel."""
