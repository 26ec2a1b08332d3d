"""A mailbox and its owner: configured, connected, rested, trusted, mended by a link, kept live."""
