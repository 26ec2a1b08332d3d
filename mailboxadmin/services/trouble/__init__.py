"""When something is wrong: all checks, all connections, the program's own errors, a bundle."""
