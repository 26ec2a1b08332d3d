"""Waiting until a server tells of a change by itself (IDLE, RFC 2177).

    IDLE ──► + ──► waits ──► EXISTS, EXPUNGE, FETCH or VANISHED ──► DONE ──► OK
                     │ `* OK Still here`: waits on
                     `── woken, or it is enough ──────────────────► DONE ──► OK

Not through imaplib: its readers lose half a line when nothing more comes in time. Here a
line is read only when its first bytes are there, and then it has to come to its end soon.
"""

import imaplib
import re
from collections.abc import Callable
from enum import Enum, auto

from mailboxadmin.domain.live import SLICE
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.waker import Waker
from mailboxadmin.imap.wire import Wire

#: How long a line may take to its end, and the server for its answer to IDLE and DONE.
ANSWER_LIMIT_S = 20.0

_CHANGE = re.compile(rb"\* (?:(?P<number>\d+) (?P<what>EXISTS|EXPUNGE|FETCH)|VANISHED)\b", re.I)
_LITERAL = re.compile(rb"\{(\d+)\}\r?\n$")


class Woke(Enum):
    """Why a wait ended."""

    #: The server told of a change.
    CHANGED = auto()
    #: Another thread wants it to end.
    CALLED = auto()
    #: It lasted long enough.
    ENOUGH = auto()


class Idle:
    """One IDLE; `wait` does it all."""

    def __init__(self, wire: Wire, deadline: Deadline, messages: int) -> None:
        self._wire = wire
        self._deadline = deadline
        #: In the open folder: some servers tell it again and again as a sign of life.
        self._messages = messages
        self._tag = b""
        self._changed = False

    def wait(self, waker: Waker, enough: Callable[[], bool]) -> Woke:
        """IDLE, until there is a reason to end it; then DONE.

        Raises:
            imaplib.IMAP4.error: the server refuses.
            Hangup, Silence, Oversized: see `Connection`.
        """
        self._begin()
        while (woke := self._reason(waker, enough)) is None:
            self._patience(self._deadline)
            came = self._wire.connection.wait(waker.fileno(), SLICE.total_seconds())
            self._patience(self._deadline.within(ANSWER_LIMIT_S))
            while came:
                self._hear(self._line())
                came = self._wire.connection.has_come()
        self._end()
        return woke

    def _reason(self, waker: Waker, enough: Callable[[], bool]) -> Woke | None:
        if self._changed:
            return Woke.CHANGED
        if waker.called:
            return Woke.CALLED
        return Woke.ENOUGH if enough() else None

    def _begin(self) -> None:
        self._patience(self._deadline.within(ANSWER_LIMIT_S))
        # The library's own numbering, or two commands could have one tag.
        self._tag = self._wire._new_tag()
        self._wire.send(self._tag + b" IDLE\r\n")
        while not (line := self._line()).startswith(b"+"):
            if self._is_tagged(line):
                raise imaplib.IMAP4.error("IDLE refused")
            self._hear(line)

    def _end(self) -> None:
        self._patience(self._deadline.within(ANSWER_LIMIT_S))
        self._wire.send(b"DONE\r\n")
        while not self._is_tagged(line := self._line()):
            self._hear(line)
        if self._wire.heard.refusal is not None:
            raise imaplib.IMAP4.error("IDLE ended with a refusal")

    def _is_tagged(self, line: bytes) -> bool:
        if not line.startswith(self._tag + b" "):
            return False
        self._wire.tagged_commands.pop(self._tag, None)
        return True

    def _hear(self, line: bytes) -> None:
        if self._is_tagged(line):
            raise imaplib.IMAP4.error("the server ended IDLE by itself")
        match = _CHANGE.match(line)
        if match is None:
            return
        repeated = match["what"] or b""
        told_before = repeated.upper() == b"EXISTS" and int(match["number"]) == self._messages
        self._changed = self._changed or not told_before

    def _line(self) -> bytes:
        """One line with its literals, which nobody looks at."""
        line = self._wire.readline()
        end = line
        while literal := _LITERAL.search(end):
            self._wire.read(int(literal[1]))
            end = self._wire.readline()
        return line

    def _patience(self, deadline: Deadline) -> None:
        connection = self._wire.connection
        connection.watch.limit(deadline)
        connection.patience(deadline.cap(ANSWER_LIMIT_S))
