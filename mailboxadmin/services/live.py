"""The mailboxes of this process that wait for their server to tell of new mail.

    begin ──► on its way ──► waits ──► over
                  │ given up   │ given up: DONE, LOGOUT
                  `── cut      `── cut, when the server does not answer

A line is one connection, in a thread of its own. It is given up for everything else that
opens the mailbox, because servers count connections; as long as that lasts, none begins.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from mailboxadmin.domain.cuttable import Cuttable
from mailboxadmin.domain.folder import FolderStatus
from mailboxadmin.domain.live import Rest
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.waker import Waker
from mailboxadmin.services.running import RunControl

#: How long a run waits for a line to say goodbye, before it is cut.
GOODBYE_S = 2.0
#: How long for its thread to notice that.
CUT_S = 2.0


class Line:
    """One mailbox that waits, or is on its way to it."""

    def __init__(self, mailbox_id: int, configured_at: datetime | None) -> None:
        self.mailbox_id = mailbox_id
        #: When the configuration was saved with which it begins.
        self.configured_at = configured_at
        self.waker = Waker()
        self.over = threading.Event()
        #: It is signed in, and the server tells of changes.
        self.waits = False
        self._control = RunControl(0, mailbox_id)

    def holds(self, connection: Cuttable) -> None:
        """From now on, giving up may mean cutting this connection.

        Raises:
            Cancelled: it was given up before.
        """
        self._control.holds(connection)

    @property
    def called(self) -> bool:
        """Somebody wants it to end."""
        return self.waker.called

    def call(self) -> None:
        """Have it end soon: with a goodbye when it waits; on its way there is none to be said."""
        waits = self.waits
        self.waker.wake()
        if not waits:
            self.cut()

    def cut(self) -> None:
        """End it now."""
        self._control.stop()


class Live:
    """All lines of this process, and what is to be remembered of those that were."""

    def __init__(self) -> None:
        self._change = threading.Lock()
        self._lines: dict[int, Line] = {}
        self._kept_away: Counter[int] = Counter()
        self._closed = False
        #: Set when another mailbox could be begun with.
        self.news = threading.Event()
        self.rests: dict[int, Rest] = {}
        #: When a mailbox was made due because its server told of a change.
        self.told_at: dict[int, datetime] = {}
        #: How often in a row the run after that brought nothing.
        self.vain: Counter[int] = Counter()
        #: What a folder looked like when it differed from what is here.
        self.differed: dict[int, FolderStatus] = {}

    def begin(self, mailbox_id: int, configured_at: datetime | None) -> Line | None:
        """A new line; None while there is one, or something else has the mailbox open."""
        with self._change:
            if self._closed or mailbox_id in self._lines or self._kept_away[mailbox_id]:
                return None
            line = self._lines[mailbox_id] = Line(mailbox_id, configured_at)
            return line

    def end(self, line: Line) -> None:
        """A line is over: its connection is closed."""
        with self._change:
            self._lines.pop(line.mailbox_id, None)
        line.waits = False
        line.over.set()
        line.waker.close()
        self.news.set()

    def begun(self) -> frozenset[int]:
        """The mailboxes with a line, whether it waits already or not."""
        with self._change:
            return frozenset(self._lines)

    def is_live(self, mailbox_id: int) -> bool:
        """True while the server would tell us of new mail."""
        with self._change:
            line = self._lines.get(mailbox_id)
        return line is not None and line.waits

    def give_up(self, mailbox_id: int) -> None:
        """Have a line end, without waiting for it."""
        with self._change:
            line = self._lines.get(mailbox_id)
        if line is not None:
            line.call()

    @contextmanager
    def kept_away(self, mailbox_id: int) -> Iterator[None]:
        """For the block, this process has no line to the mailbox; the one there is ends first."""
        with self._change:
            self._kept_away[mailbox_id] += 1
            line = self._lines.get(mailbox_id)
        try:
            if line is not None:
                _end(line)
            yield
        finally:
            with self._change:
                self._kept_away[mailbox_id] -= 1
            self.news.set()

    def close(self, *, timeout_s: float) -> None:
        """End all lines for good; those that take longer end with the process."""
        with self._change:
            self._closed = True
            lines = tuple(self._lines.values())
        for line in lines:
            line.call()
        until = Deadline.after(timeout_s)
        for line in lines:
            line.over.wait(until.remaining())
            line.cut()


def _end(line: Line) -> None:
    line.call()
    if not line.over.wait(GOODBYE_S):
        line.cut()
        line.over.wait(CUT_S)
