"""New messages, from the server to the rows: in batches, stored while the next are fetched."""
