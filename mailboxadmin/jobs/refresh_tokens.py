"""Tokens in a thread of their own: a provider that does not answer makes no tick late."""

import logging
import threading

from mailboxadmin.services.deps import Deps
from mailboxadmin.services.refreshing import refresh_due_tokens

log = logging.getLogger(__name__)

#: How long a stop waits for the call that goes on; what it brings is committed in any case,
#: or the old token is good still.
LAST_CALL_S = 1.0


class RefreshTokens:
    """Renews what is due; at most one thread does it."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        """Begin, unless it goes on already."""
        if self._stop.is_set() or (self._thread is not None and self._thread.is_alive()):
            return
        self._thread = threading.Thread(target=self._work, name="tokens", daemon=True)
        self._thread.start()

    def stop(self) -> bool:
        """End it for good; False when it did not end in time."""
        self._stop.set()
        if self._thread is None:
            return True
        self._thread.join(LAST_CALL_S)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            refresh_due_tokens(self._deps, self._stop)
        except Exception:
            # The next turn is the retry.
            log.exception("tokens could not be renewed")
