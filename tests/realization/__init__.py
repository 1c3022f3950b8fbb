"""What time brought in."""
