"""How all mailboxes are, and each one's past: the board, its cases, a mailbox's page, the log."""
