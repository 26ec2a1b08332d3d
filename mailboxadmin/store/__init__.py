"""Rows in and out: one file a table, and never why."""
