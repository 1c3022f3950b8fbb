"""Ready period → invoice: what goes on it, at which price, and making it."""
