"""What the machine gives and breaks: memory, room, files that lock and log, a clock, an index."""
