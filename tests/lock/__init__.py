"""Up to which day a person has handed in, and who owes days."""
