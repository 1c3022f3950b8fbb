"""Period → Pending or Ready: the state, what is missing, who owes what."""
