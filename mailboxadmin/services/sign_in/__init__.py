"""What it takes to open a mailbox: passwords as they are typed, permissions and their tokens."""
