"""Whether a server keeps us waiting, as others can see while the thread that reads is blocked.

    asked ──► waits ──► bytes ──► waits ──► bytes ──► … ──► asked again: it was answered
                │ little came for a quarter of a second      │ no end after three seconds
                └──────────── stands still ──────────────────┘

Only time spent waiting for bytes counts: a run that parses or waits for the database is busy
with us, not with its server.
"""

import io
import socket
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: A server that is slower than this, 256 kB/s, leaves us idle.
LITTLE_BYTES = 64 * 1024
STILL_AFTER_S = 0.25
#: An answer without end, however fast it comes.
LONGEST_ANSWER_S = 3.0


class Flow:
    """Written by the thread that talks, read by any other."""

    def __init__(self) -> None:
        self._waits = False
        self._came = 0
        #: Since when we wait for `LITTLE_BYTES`; None: we have not begun to.
        self._little_since: float | None = None
        self._asked_at = time.monotonic()
        self._endless = False

    @property
    def stands_still(self) -> bool:
        """True while the server keeps us waiting, or its answer does not end."""
        since = self._little_since
        too_long = since is not None and time.monotonic() - since >= STILL_AFTER_S
        return self._endless or (self._waits and too_long)

    def asked(self) -> None:
        """Something new is asked, so the last answer has come to its end."""
        self._asked_at = time.monotonic()
        self._waits = self._endless = False
        self._begin_anew()

    def waits(self) -> None:
        """From now on nothing can be done before the server says something."""
        if self._little_since is None:
            self._little_since = time.monotonic()
        self._waits = True

    def came(self, count: int) -> None:
        """It said so many bytes."""
        self._waits = False
        self._came += count
        if self._came >= LITTLE_BYTES:
            self._begin_anew()
            self._endless = time.monotonic() - self._asked_at >= LONGEST_ANSWER_S

    def _begin_anew(self) -> None:
        self._little_since = None
        self._came = 0


class Inflow(io.RawIOBase):
    """What a socket receives, for a buffered reader; each wait for it is noted."""

    def __init__(self, sock: socket.socket, flow: Flow) -> None:
        self._sock = sock
        self._flow = flow

    def readable(self) -> bool:
        """It is for reading only."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Wait for bytes; 0 at the end of the connection.

        Raises:
            OSError: the connection broke, or nothing came in time (`TimeoutError`).
        """
        self._flow.waits()
        count = 0
        try:
            count = self._sock.recv_into(buffer)
        finally:
            self._flow.came(count)
        return count
