"""That all of it agrees: whatever was changed past the ORM is found."""
