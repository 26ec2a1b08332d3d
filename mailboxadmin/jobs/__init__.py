"""WHEN, not what: the tick, what is due, and the hourly tidying."""
