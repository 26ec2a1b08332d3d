"""Telling people in a thread of its own: a mail server that drips makes no tick late."""

import logging
import threading

from mailboxadmin.services.deps import Deps
from mailboxadmin.services.telling import tell

log = logging.getLogger(__name__)

#: How long a stop waits for the message that is on its way; it waits here, and is sent later.
LAST_MESSAGE_S = 1.0


class Tell:
    """Tells what is to be told; at most one thread does it."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        """Begin, unless it goes on already."""
        if self._stop.is_set() or (self._thread is not None and self._thread.is_alive()):
            return
        self._thread = threading.Thread(target=self._work, name="tell", daemon=True)
        self._thread.start()

    def stop(self) -> bool:
        """End it for good; False when it did not end in time."""
        self._stop.set()
        if self._thread is None:
            return True
        self._thread.join(LAST_MESSAGE_S)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            tell(self._deps, self._stop)
        except Exception:
            # The next tick is the retry.
            log.exception("people could not be told")
