"""Before anybody asks: what will break, the summary of the morning, the figures of a monitor."""
