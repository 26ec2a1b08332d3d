"""Whether a server keeps us waiting, as another thread sees it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from mailboxadmin.imap import flow
from mailboxadmin.imap.connection import Connection, Hangup
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.flow import Flow

PATIENCE_S = 60.0


class Line:
    """A connection whose other end is in the test's hand."""

    def __init__(self, ours: socket.socket, theirs: socket.socket) -> None:
        self.connection = Connection(ours, Deadline.after(60))
        self.theirs = theirs
        self._readers: list[threading.Thread] = []

    @property
    def stands_still(self) -> bool:
        return self.connection.watch.stands_still

    def read(self, read: Callable[[], object]) -> None:
        """Begin to read in a thread, as a run does."""

        def until_it_ends() -> None:
            try:
                read()
            except Hangup:
                return

        self._readers.append(threading.Thread(target=until_it_ends))
        self._readers[-1].start()

    def close(self) -> None:
        self.theirs.close()
        for reader in self._readers:
            reader.join(PATIENCE_S)
        self.connection.close()


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line(*socket.socketpair())
    yield line
    line.close()


def becomes(expected: bool, line: Line) -> bool:
    """Wait until the line stands still or goes on; False when it does not."""
    end = time.monotonic() + PATIENCE_S
    while line.stands_still is not expected:
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_who_does_not_read_is_not_kept_waiting(line: Line):
    line.connection.send(b"a1 NOOP\r\n")

    time.sleep(2 * flow.STILL_AFTER_S)

    assert not line.stands_still


def test_a_silent_server_keeps_us_waiting_until_it_answers(line: Line):
    line.connection.send(b"a1 NOOP\r\n")
    line.read(line.connection.read_line)

    assert becomes(True, line)
    line.theirs.sendall(b"a1 OK done\r\n")

    assert becomes(False, line)


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(flow, "time", clock)
    return clock


def test_a_server_that_drips_keeps_us_waiting(clock: Clock):
    dripping = Flow()
    seen = []

    for _ in range(5):
        dripping.waits()
        clock.seconds += 1
        seen.append(dripping.stands_still)
        dripping.came(1)
        dripping.waits()
        seen.append(dripping.stands_still)

    assert seen == [True] * 10


def test_much_that_comes_is_no_waiting(clock: Clock):
    fast = Flow()
    seen = []

    for _ in range(5):
        fast.waits()
        clock.seconds += 0.2
        seen.append(fast.stands_still)
        fast.came(flow.LITTLE_BYTES)

    assert seen == [False] * 5


def test_an_answer_without_end_stands_still_until_something_new_is_asked(clock: Clock):
    endless = Flow()
    seen = []

    endless.asked()
    for _ in range(4):
        clock.seconds += 1
        endless.came(flow.LITTLE_BYTES)
        seen.append(endless.stands_still)
    endless.asked()

    assert seen == [False] * 2 + [True] * 2
    assert not endless.stands_still
