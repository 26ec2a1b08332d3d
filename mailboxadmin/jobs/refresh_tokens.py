"""Tokens whose time has come; a provider that does not answer keeps nothing else waiting."""

import threading

from mailboxadmin.jobs.apart import Apart
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.refreshing import refresh_due_tokens


class RefreshTokens(Apart):
    """Renews them in turn. What a call that goes on brings is committed, or the old one is good."""

    name = "tokens"

    def __init__(self, deps: Deps) -> None:
        super().__init__()
        self._deps = deps

    def work(self, stop: threading.Event) -> None:
        """Every token that is due."""
        refresh_due_tokens(self._deps, stop)
