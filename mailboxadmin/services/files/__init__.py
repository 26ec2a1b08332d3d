"""Messages from files and into files."""
