"""Debug mode: switched on for a while, recorded as it goes, read and deleted afterwards."""
