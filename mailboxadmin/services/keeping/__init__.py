"""That nothing is lost and nothing is kept too long: backups, their way back, keys, tidying."""
