"""Random people do random things in random order."""
