"""The second pass in a thread of its own, so that no tick is late because of it."""

import logging
import threading

from mailboxadmin.services.deps import Deps
from mailboxadmin.services.examine import examine_messages

log = logging.getLogger(__name__)

#: How long a stop waits for the message that is being read.
LAST_MESSAGE_S = 1.0
RETRY_AFTER_S = 15.0


class ExamineWaiting:
    """Works off what waits; at most one thread does it."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        """Begin, unless it goes on already."""
        if self._stop.is_set() or (self._thread is not None and self._thread.is_alive()):
            return
        self._thread = threading.Thread(target=self._work, name="examine", daemon=True)
        self._thread.start()

    def stop(self) -> bool:
        """End it for good; False when it did not end in time, which harms nothing."""
        self._stop.set()
        if self._thread is None:
            return True
        self._thread.join(LAST_MESSAGE_S)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            examine_messages(self._deps, stop=self._stop)
        except Exception:
            # The next turn is the retry; not at once, or a full disk fills the log.
            log.exception("messages could not be examined")
            self._stop.wait(RETRY_AFTER_S)
