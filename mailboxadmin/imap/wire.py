"""The two libraries, put on a connection of ours.

imaplib reads the dialogue and IMAPClient knows the words. Both would open the socket
themselves and hide the server's lines inside exceptions; here imaplib gets its I/O
methods (the ones it documents as overridable) from `Connection`, so that every line
passes one place.
"""

import imaplib
from collections import deque

from imapclient import IMAPClient

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.imap.arguments import one_line
from mailboxadmin.imap.connection import Connection, Hangup, Oversized
from mailboxadmin.imap.plain import Intake
from mailboxadmin.imap.said import Heard

#: Lines of one answer: more than folders or anything else that is listed; without end they would
#: fill the memory. For FETCH, whose plain lines do not even count, more than messages.
MOST_LINES = 100_000
MOST_FETCH_LINES = 1_000_000


class Wire(imaplib.IMAP4):
    """imaplib over a connection that is there already."""

    def __init__(self, connection: Connection, host: str, port: int, heard: Heard) -> None:
        """Read the greeting and ask for the capabilities.

        Raises:
            imaplib.IMAP4.error: the greeting is not OK, or it is no IMAP4rev1 server.
            Hangup, Silence, Oversized: see `Connection`.
        """
        self.connection = connection
        self.heard = heard
        self._intake: Intake | None = None
        self._again: deque[bytes] = deque()
        self._room = MOST_LINES
        super().__init__(host, port)
        heard.capabilities = frozenset(self.capabilities)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Take the connection that is there; imaplib's constructor calls this."""
        self.host = host
        self.port = port
        self.sock = self.connection.sock

    def read(self, size: int) -> bytes:
        """A literal."""
        return self._again.popleft() if self._again else self.connection.read(size)

    def readline(self) -> bytes:
        """A line, which is also looked at for what explains a failure.

        Raises:
            Hangup, Silence, Oversized: see `Connection`; or the answer has too many lines.
        """
        if self._again:
            return self._again.popleft()
        intake, self._intake = self._intake, None
        line = intake.other_line() if intake else self.connection.read_line()
        self.heard.hear(line)
        self._room -= 1
        if self._room < 0:
            raise Oversized("an answer that does not end")
        return line

    def take_in(self) -> Intake:
        """Keep the plain lines of the next command, a FETCH, from imaplib: they come here."""
        self._intake = Intake(self.connection)
        self._again = self._intake.again
        return self._intake

    def send(self, data: bytes) -> None:  # type: ignore[override]  # never another buffer
        """A command, a literal of one, or its end.

        Raises:
            Hangup, Silence: see `Connection`; or the last answer never came to its end.
            InvalidInput: an argument that nobody looked at would have started another command.
        """
        tag, _, command = data.partition(b" ")
        if tag in self.tagged_commands:
            self._begin(tag, command)
        self.heard.begin()
        self._room = MOST_FETCH_LINES if self._intake else MOST_LINES
        self.connection.send(data)

    def _begin(self, tag: bytes, command: bytes) -> None:
        """Look at a command before it goes out."""
        if not one_line(command):
            del self.tagged_commands[tag]
            raise InvalidInput("command", "A command has a line break or a NUL in it.")
        unfinished = self.tagged_commands.keys() - {tag}
        if unfinished and not command.startswith(b"LOGOUT"):
            # What is left of that answer would be taken for the answer to this command.
            raise Hangup("the last answer never came to its end")

    def shutdown(self) -> None:
        """Close the connection."""
        self.connection.close()

    def continue_secured(self) -> None:
        """Go on after the handshake that follows STARTTLS.

        The capabilities are asked for anew: what was said in clear may be forged
        (RFC 9051, 6.2.1).

        Raises:
            imaplib.IMAP4.error: the server does not tell them.
        """
        self.sock = self.connection.sock
        _, data = self.capability()
        if data[-1] is None:
            raise self.error("no capabilities after STARTTLS")
        self.capabilities = tuple(data[-1].decode("ascii", "replace").upper().split())
        self.heard.capabilities = frozenset(self.capabilities)


class Client(IMAPClient):  # type: ignore[misc]  # a library without types
    """IMAPClient over a `Wire` that is there already."""

    def __init__(self, wire: Wire, patience_s: float) -> None:
        self._wire = wire
        super().__init__(wire.host, wire.port, ssl=False, timeout=patience_s)
        # IMAPClient sets 5, which makes imaplib build the repr() of every literal twice
        # for a log line that is thrown away: six times the CPU of a fetch.
        wire.debug = 0
        #: Instants of FETCH stay aware; the library would make them local and naive.
        self.normalise_times = False

    def _create_IMAP4(self) -> Wire:
        return self._wire
