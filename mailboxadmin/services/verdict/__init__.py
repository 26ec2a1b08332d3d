"""From what happened to what it means for one mailbox, and its end."""
