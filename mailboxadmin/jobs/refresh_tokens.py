"""Tokens whose time has come; a provider that does not answer keeps nothing else waiting."""

import threading

from mailboxadmin.jobs.apart import Apart
from mailboxadmin.services.sign_in.refreshing import refresh_due_tokens


class RefreshTokens(Apart):
    """Renews them in turn. What a call that goes on brings is committed, or the old one is good."""

    name = "tokens"

    def work(self, stop: threading.Event) -> None:
        """Every token that is due."""
        refresh_due_tokens(self._deps, stop)
