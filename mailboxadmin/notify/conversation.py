"""smtplib on a connection that is made here: our look-up, our trust, a bound on what is read."""

import smtplib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress

from mailboxadmin.outbound.cord import Cord, connect
from mailboxadmin.outbound.transport import Transport

#: Lines of one answer; a server that says more says nothing that is worth the memory.
MOST_LINES = 100
_LONGEST_LINE = 8192


class Conversation(smtplib.SMTP):
    """By stages: `find`, `reach`, `wrap` where it is TLS at once, `greeted`; then as smtplib."""

    def __init__(
        self, transport: Transport, cord: Cord, host: str, port: int, limit_s: float
    ) -> None:
        # Named here, so that smtplib does not ask DNS for our own name without any bound.
        super().__init__(local_hostname="localhost", timeout=limit_s)
        self._transport = transport
        self._cord = cord
        self._port = port
        self._limit_s = limit_s
        self._addresses: Sequence[str] = ()
        # smtplib's own attribute: the name that STARTTLS compares the certificate with.
        self._host = host

    def find(self) -> Sequence[str]:
        """The addresses of the server.

        Raises:
            OSError: there are none.
        """
        self._addresses = self._transport.resolve(self._host)
        return self._addresses

    def reach(self) -> None:
        """Connect.

        Raises:
            OSError: no address answers.
        """
        sock = connect(lambda _: self._addresses, self._host, self._port, self._limit_s)
        self._cord.hold(sock)
        self.sock = sock
        sock.settimeout(self._limit_s)
        self.local_hostname = _literal(sock)

    def wrap(self, context: ssl.SSLContext) -> None:
        """TLS from the first byte.

        Raises:
            ssl.SSLError: it is refused.
        """
        assert self.sock is not None
        self.sock = context.wrap_socket(self.sock, server_hostname=self._host)

    def greeted(self) -> bytes:
        """The server's greeting; ours is said back.

        Raises:
            smtplib.SMTPException: it is none.
        """
        code, words = self.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        self.ehlo_or_helo_if_needed()
        return words

    @property
    def cipher(self) -> str:
        """What the connection is encrypted with: "TLSv1.3"."""
        return (isinstance(self.sock, ssl.SSLSocket) and self.sock.version()) or "encrypted"

    def __exit__(self, *args: object) -> None:
        """Take leave, whatever the server says to that: what it took, it has taken."""
        if args[0] is None:
            with suppress(OSError, smtplib.SMTPException):
                self.docmd("QUIT")
        self.close()

    def getreply(self) -> tuple[int, bytes]:
        """As smtplib's, but of so many lines at most.

        Raises:
            smtplib.SMTPServerDisconnected: the connection ended, or this is no SMTP.
        """
        if self.file is None:
            assert self.sock is not None
            self.file = self.sock.makefile("rb")
        words: list[bytes] = []
        for _ in range(MOST_LINES):
            line = self.file.readline(_LONGEST_LINE + 1)
            code = line[:3]
            # A line that was cut off says nothing: "250" may be the beginning of anything.
            if not line.endswith(b"\n") or len(line) > _LONGEST_LINE or not code.isdigit():
                self.close()
                raise smtplib.SMTPServerDisconnected("no line of SMTP")
            words.append(line[4:].strip(b" \t\r\n"))
            if line[3:4] != b"-":
                return int(code), b"\n".join(words)
        self.close()
        raise smtplib.SMTPServerDisconnected("an answer without end")


def _literal(sock: socket.socket) -> str:
    """Our address as a name (RFC 5321, 4.1.3), which needs no DNS and offends nobody."""
    address = str(sock.getsockname()[0])
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
