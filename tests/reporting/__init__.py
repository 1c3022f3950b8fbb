"""Month end: what was worked, earned, billed and sent."""
