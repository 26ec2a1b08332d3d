"""Mailbox Admin keeps the mailboxes of a small office connected, and says what broke."""
