"""The threads in which runs go on: as many as the setting says, a person's runs first."""

import heapq
import itertools
import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

Work = Callable[[], object]


class Pool:
    """A pool whose size can change while it runs; work that is urgent overtakes what waits."""

    def __init__(self, size: int = 8) -> None:
        self._change = threading.Condition()
        #: A heap: urgent ones first, then in the order they came.
        self._waiting: list[tuple[bool, int, Work]] = []
        self._order = itertools.count()
        self._size = size
        self._busy = 0
        self._workers = 0
        self._closed = False

    def submit(self, work: Work, *, urgent: bool = False) -> None:
        """Do `work` in a thread, as soon as one is free.

        Raises:
            RuntimeError: the pool is closed.
        """
        with self._change:
            if self._closed:
                raise RuntimeError("the pool is closed")
            heapq.heappush(self._waiting, (not urgent, next(self._order), work))
            self._hire()
            self._change.notify()

    def resize(self, size: int) -> None:
        """Have up to `size` workers; those that are too many leave after what they are doing."""
        with self._change:
            if not self._closed:
                self._size = size
                self._hire()
                self._change.notify_all()

    @property
    def load(self) -> int:
        """Pieces of work that wait or are being done."""
        with self._change:
            return len(self._waiting) + self._busy

    def close(self, *, timeout_s: float) -> bool:
        """Take no more work, drop what waits, let what runs end; False when time ran out."""
        with self._change:
            self._closed = True
            self._size = 0
            self._waiting.clear()
            self._change.notify_all()
            return self._change.wait_for(lambda: not self._workers, timeout_s)

    def _hire(self) -> None:
        """Start as many workers as there is work for; the caller holds the lock."""
        while self._workers < min(self._size, len(self._waiting) + self._busy):
            self._workers += 1
            threading.Thread(target=self._work, name="run", daemon=True).start()

    def _work(self) -> None:
        while (work := self._next()) is not None:
            try:
                work()
            except Exception:
                # Work reports its own faults; what comes here is a fault of ours.
                log.exception("a piece of background work failed")
            finally:
                with self._change:
                    self._busy -= 1

    def _next(self) -> Work | None:
        """The next piece of work, when there is one; None: this worker is one too many."""
        with self._change:
            self._change.wait_for(lambda: self._waiting or self._workers > self._size)
            if self._workers > self._size:
                self._workers -= 1
                self._change.notify_all()
                return None
            self._busy += 1
            return heapq.heappop(self._waiting)[2]
