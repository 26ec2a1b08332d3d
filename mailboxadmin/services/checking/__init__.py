"""Climbing the ladder to a mailbox and changing nothing, for a person who waits."""
