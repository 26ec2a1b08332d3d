"""What the office has set, and what therefore holds for a mailbox."""
