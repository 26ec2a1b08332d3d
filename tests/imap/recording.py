"""A wire without a socket, on which each command gets the same answer."""

import io

from mailboxadmin.imap.connection import LARGEST_LITERAL, Hangup, Oversized
from mailboxadmin.imap.said import Heard
from mailboxadmin.imap.wire import Wire


class Recording:
    """Stands for a `Connection`."""

    sock = None

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._waiting = io.BytesIO(b"* OK ready\r\n")

    def send(self, data: bytes) -> None:
        """Answer a command, and say OK."""
        tag, command = data.split()[:2]
        said = b"* CAPABILITY IMAP4rev1\r\n" if command == b"CAPABILITY" else self._answer
        self._waiting = io.BytesIO(self._waiting.read() + said + tag + b" OK done\r\n")

    def read_line(self) -> bytes:
        """One line."""
        line = self._waiting.readline()
        if not line.endswith(b"\n"):
            raise Hangup("closed by the server")
        return line

    def read(self, size: int) -> bytes:
        """So many bytes."""
        if size > LARGEST_LITERAL:
            raise Oversized(f"a literal of {size} bytes was announced")
        data = self._waiting.read(size)
        if len(data) < size:
            raise Hangup("closed by the server")
        return data


def recorded(answer: bytes, kind: type[Wire] = Wire) -> Wire:
    """A wire with a folder open."""
    wire = kind(Recording(answer), "h", 143, Heard())
    wire.state = "SELECTED"
    return wire
