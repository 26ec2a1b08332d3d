"""What people are told of, in which words, and handed over on each way."""
