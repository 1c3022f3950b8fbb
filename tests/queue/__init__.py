"""The glue with OCA's job queue: in a database that has both, by ``./dev queue``."""
