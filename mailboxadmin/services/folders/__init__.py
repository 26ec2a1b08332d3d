"""Which folders a server has, which are synced, which messages of them, and what each is for."""
