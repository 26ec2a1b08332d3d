"""Who works here, how they come in, sign in, and leave."""
