"""Who approves which time, and what was decided."""
