"""Work in a thread of its own, so that no tick is late because of it."""

import logging
import threading
from abc import ABC, abstractmethod

from mailboxadmin.services.deps import Deps

log = logging.getLogger(__name__)


class Apart(ABC):
    """Works off what waits; at most one thread does it. A job fills in `name` and `work`."""

    #: Of the thread.
    name: str
    #: How long a stop waits for the piece that is being done.
    last_piece_s = 1.0
    #: A fault is followed by a pause, or a full disk fills the log.
    retry_after_s = 15.0

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._stop = threading.Event()
        self._beginning = threading.Lock()
        self._thread: threading.Thread | None = None

    @abstractmethod
    def work(self, stop: threading.Event) -> None:
        """Do what waits, until there is nothing more or `stop` is set."""

    def run(self) -> None:
        """Begin, unless it goes on already."""
        with self._beginning:
            if self._stop.is_set() or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self._work, name=self.name, daemon=True)
            self._thread.start()

    def stop(self) -> bool:
        """End it for good; False when it did not end in time, which harms nothing."""
        # A tick may be beginning it: then that comes first, or a thread is joined that never began.
        with self._beginning:
            self._stop.set()
        if self._thread is None:
            return True
        self._thread.join(self.last_piece_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            self.work(self._stop)
        except Exception:
            # The next turn is the retry.
            log.exception("what waits for %s was not done", self.name)
            self._stop.wait(self.retry_after_s)
