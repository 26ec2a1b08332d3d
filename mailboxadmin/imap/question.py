"""One UID FETCH, and what came of it, also when it failed half way."""

import imaplib
from collections.abc import Iterator, Sequence

from mailboxadmin.imap.answers import Answer, Raw, parsed, pieces
from mailboxadmin.imap.plain import Intake
from mailboxadmin.imap.wire import Wire


class Question:
    """`asked`, or `ask` and then `readable`; each once."""

    def __init__(self, wire: Wire, uid_set: str, *wanted: str) -> None:
        self._wire = wire
        self._words = (uid_set, *wanted)
        self._intake: Intake | None = None
        #: What imaplib read, after the plain lines; None as long as it has it.
        self._other: Sequence[Raw] | None = None

    def ask(self) -> str:
        """Send it; the status, OK or NO.

        Raises:
            imaplib.IMAP4.error, Hangup, Silence, Oversized: what came before can be had.
        """
        # What came unasked with earlier commands is not an answer to this one.
        self._wire.response("FETCH")
        self._intake = self._wire.take_in()
        status, data = self._wire.uid("FETCH", *self._words)
        if status == "OK":
            self._other = data
        return status

    def asked(self) -> list[Answer]:
        """Send it; what the server said of messages that have a UID, in its order.

        Raises:
            imaplib.IMAP4.error: it was refused; and see `ask`.
            ValueError: a line is not IMAP.
        """
        if self.ask() != "OK":
            raise imaplib.IMAP4.error("FETCH refused")
        return [*self._plain(), *(said for piece in self._pieces() for said in parsed(piece))]

    def readable(self) -> Iterator[Answer]:
        """What the server said, without the lines that cannot be read."""
        yield from self._plain()
        for piece in self._pieces():
            try:
                said = list(parsed(piece))
            except ValueError:
                # Its message is missing then, and whoever asked looks after what is missing.
                continue
            yield from said

    @property
    def nameless(self) -> int:
        """How many plain lines told no UID, by which the answers to this question go."""
        return self._intake.nameless if self._intake else 0

    def _plain(self) -> list[Answer]:
        return self._intake.answers if self._intake else []

    def _pieces(self) -> Iterator[list[Raw]]:
        other = self._wire.response("FETCH")[1] if self._other is None else self._other
        return pieces(other)
