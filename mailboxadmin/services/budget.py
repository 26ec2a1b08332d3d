"""How much fetched mail may wait in memory for the database, over all runs of a process."""

import threading
from collections.abc import Callable

#: What a run that wants room looks up from its waiting for, to hear that it was stopped.
LOOK_UP_S = 0.2
#: A few batches: the database is slower than the wire only for moments.
WAITING_BYTES = 12 * 1024 * 1024


class ByteBudget:
    """Bytes that may wait. Nobody holds any while it waits for a server."""

    def __init__(self, limit: int = WAITING_BYTES) -> None:
        self._change = threading.Condition()
        self._limit = limit
        self._used = 0

    def take(self, size: int, proceed: Callable[[], None]) -> None:
        """Wait for room; what is larger than all of it gets in when it is alone.

        Args:
            proceed: called while it waits; what it raises ends the waiting.
        """
        with self._change:
            while self._used and self._used + size > self._limit:
                self._change.wait(LOOK_UP_S)
                proceed()
            self._used += size

    def give_back(self, size: int) -> None:
        """These are in the database now, or dropped."""
        with self._change:
            self._used -= size
            self._change.notify_all()
