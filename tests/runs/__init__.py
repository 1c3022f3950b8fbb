"""Big work beside the user: what a run does, who may, what becomes of each row."""
