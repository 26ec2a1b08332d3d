"""Runs and their leases, who looks after them, and the scheduler's sign of life."""
