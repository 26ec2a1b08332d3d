"""The history of the tables, run by Flask-Migrate at start."""
