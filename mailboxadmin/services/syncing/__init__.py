"""A sync from the plan to its result: push what was clicked, pull what changed, say how it went."""
