"""The threads in which runs go on: as many as the setting says, a person's runs first.

    submit ──► waits ──► busy ──► done
                 ▲         │ stands still: its server keeps it waiting
                 └─ room ──┘ and it does not count, until it goes on

One mailbox whose server hangs must not hold up the others. So work that stands still makes
room for other work; at most as many as the size, but always four, can be lent like this.
While work waits for room, one spare worker looks for it, twenty times a second.
"""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

log = logging.getLogger(__name__)

Work = Callable[[], Any]
Asked = Callable[[], bool]

#: So many may stand still without holding up others, however small the pool is.
LEAST_LENT = 4
#: Work that has only just begun is on its way to its server.
STILL_AFTER_S = 0.25
LOOK_EVERY_S = 0.05


def _never() -> bool:
    """The answer of work that says nothing of itself."""
    return False


@dataclass(slots=True, order=True)
class _Waiting:
    """Work that waits; the least is next."""

    later: bool
    number: int
    work: Work = field(compare=False)
    promise: "Future[Any]" = field(compare=False)
    at_once: Asked = field(compare=False)

    def drop(self) -> None:
        self.promise.cancel()
        self.promise.set_running_or_notify_cancel()

    def perform(self) -> None:
        if not self.promise.set_running_or_notify_cancel():
            return
        try:
            self.promise.set_result(self.work())
        except Exception as fault:
            # Work reports its own faults; what comes here is a fault of ours.
            log.exception("a piece of background work failed")
            self.promise.set_exception(fault)


class Pool:
    """A pool whose size can change while it runs; work that is urgent overtakes what waits."""

    def __init__(self, size: int = 8) -> None:
        self._change = threading.Condition()
        #: A heap: urgent ones first, then in the order they came.
        self._waiting: list[_Waiting] = []
        self._order = itertools.count()
        self._size = size
        #: By thread: does its work stand still?
        self._busy: dict[int, Asked] = {}
        self._workers = 0
        self._closed = False

    @property
    def waiting(self) -> int:
        """How much work waits for its turn."""
        return len(self._waiting)

    @property
    def busy(self) -> int:
        """How much goes on."""
        return len(self._busy)

    def submit(self, work: Work, *, urgent: bool = False, at_once: Asked = _never) -> "Future[Any]":
        """Do `work` in a thread, as soon as there is room; what comes of it.

        Args:
            at_once: asked while it waits; when true, the work is done without room.

        Raises:
            RuntimeError: the pool is closed.
        """
        promise: Future[Any] = Future()
        with self._change:
            if self._closed:
                raise RuntimeError("the pool is closed")
            waiting = _Waiting(not urgent, next(self._order), work, promise, at_once)
            heapq.heappush(self._waiting, waiting)
            self._hire()
            self._change.notify()
        return promise

    @contextmanager
    def making_room(self, *, when: Asked) -> Iterator[None]:
        """In a worker: its work makes room for other work while `when` is true.

        In any other thread it does nothing.
        """
        thread, began = threading.get_ident(), time.monotonic()

        def stands_still() -> bool:
            return time.monotonic() - began >= STILL_AFTER_S and when()

        self._note(thread, stands_still)
        try:
            yield
        finally:
            self._note(thread, _never)

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
            return len(self._waiting) + len(self._busy)

    def close(self, *, timeout_s: float) -> bool:
        """Take no more work, drop what waits, let what runs end; False when time ran out."""
        with self._change:
            self._closed = True
            self._size = 0
            while self._waiting:
                self._waiting.pop().drop()
            self._change.notify_all()
            return self._change.wait_for(lambda: not self._workers, timeout_s)

    def _note(self, thread: int, stands_still: Asked) -> None:
        with self._change:
            if thread in self._busy:
                self._busy[thread] = stands_still

    @property
    def _wanted(self) -> int:
        """How many workers there should be; the lock is held, here and below."""
        spare = 1 if self._waiting else 0
        return max(self._size, len(self._busy) + spare)

    def _hire(self) -> None:
        """Start as many workers as there is work for."""
        while self._workers < min(self._wanted, len(self._waiting) + len(self._busy)):
            self._workers += 1
            threading.Thread(target=self._work, name="run", daemon=True).start()

    def _work(self) -> None:
        while (next_one := self._next()) is not None:
            try:
                next_one.perform()
            finally:
                with self._change:
                    del self._busy[threading.get_ident()]

    def _next(self) -> _Waiting | None:
        """The next piece of work, when there is one; None: this worker is one too many."""
        with self._change:
            while self._workers <= self._wanted:
                if taken := self._take():
                    self._busy[threading.get_ident()] = _never
                    self._hire()
                    return taken
                self._change.wait(LOOK_EVERY_S if self._waiting else None)
            self._workers -= 1
            self._change.notify_all()
            return None

    def _take(self) -> _Waiting | None:
        if self._waiting and self._has_room():
            return heapq.heappop(self._waiting)
        taken = next((each for each in self._waiting if each.at_once()), None)
        if taken is not None:
            self._waiting.remove(taken)
            heapq.heapify(self._waiting)
        return taken

    def _has_room(self) -> bool:
        if len(self._busy) < self._size:
            return True
        still = sum(stands_still() for stands_still in self._busy.values())
        lent = min(still, max(self._size, LEAST_LENT))
        return len(self._busy) - lent < self._size
