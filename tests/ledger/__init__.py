"""Invoice line → what it bills: taken, given back, credited, billed once."""
