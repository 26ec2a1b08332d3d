"""The inbox of an owner: listed, searched, opened, marked, filed, and the way back."""
