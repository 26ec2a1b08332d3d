"""The threads in which runs go on: as many as the setting says, a person's runs first."""

import itertools
import logging
import queue
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

#: Ends one worker; behind all waiting work of its kind.
_LEAVE = object()


class Pool:
    """A pool whose size can change while it runs; work that is urgent overtakes what waits."""

    def __init__(self, size: int = 8) -> None:
        self._waiting: queue.PriorityQueue[tuple[int, int, object]] = queue.PriorityQueue()
        self._order = itertools.count()
        self._change = threading.Lock()
        self._size = size
        self._busy = 0
        self._threads: list[threading.Thread] = []
        self._closed = False

    def submit(self, work: Callable[[], object], *, urgent: bool = False) -> None:
        """Do `work` in a thread, as soon as one is free.

        Raises:
            RuntimeError: the pool is closed.
        """
        if self._closed:
            raise RuntimeError("the pool is closed")
        self._waiting.put((0 if urgent else 1, next(self._order), work))
        with self._change:
            if len(self._threads) < min(self._size, self.load):
                self._hire()

    def resize(self, size: int) -> None:
        """Have up to `size` workers; those that are too many leave after what they are doing."""
        with self._change:
            self._size = size
            for _ in range(len(self._threads) - size):
                self._waiting.put((-1, next(self._order), _LEAVE))
            for _ in range(min(size, self.load) - len(self._threads)):
                self._hire()

    def _hire(self) -> None:
        thread = threading.Thread(target=self._work, name="run", daemon=True)
        self._threads.append(thread)
        thread.start()

    @property
    def load(self) -> int:
        """Pieces of work that wait or are being done."""
        return self._waiting.qsize() + self._busy

    def close(self, *, timeout_s: float) -> bool:
        """Take no more work, drop what waits, let what runs end; False when time ran out."""
        self._closed = True
        while not self._waiting.empty():
            try:
                self._waiting.get_nowait()
            except queue.Empty:
                break
        self.resize(0)
        end = threading.Event()
        threading.Thread(target=self._join, args=(end,), daemon=True).start()
        return end.wait(timeout_s)

    def _join(self, end: threading.Event) -> None:
        for thread in tuple(self._threads):
            thread.join()
        end.set()

    def _work(self) -> None:
        while True:
            _, _, work = self._waiting.get()
            if work is _LEAVE or not callable(work):
                with self._change:
                    self._threads.remove(threading.current_thread())
                return
            with self._change:
                self._busy += 1
            try:
                work()
            except Exception:
                # Work reports its own faults; what comes here is a fault of ours.
                log.exception("a piece of background work failed")
            finally:
                with self._change:
                    self._busy -= 1
