"""Time entry → period: what may change it, and how much of it is billed."""
