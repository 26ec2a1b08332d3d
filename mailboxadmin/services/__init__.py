"""The use cases: one verb a function; the transaction is here."""
