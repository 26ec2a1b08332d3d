"""A guarded socket with its buffered reader; it reports in three words how it failed."""

import io
import select
import socket
import ssl
from collections.abc import Callable, Iterable

from mailboxadmin.domain.cuttable import OnOpen
from mailboxadmin.domain.errors import Cancelled
from mailboxadmin.domain.finding import Phase
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.flow import Inflow
from mailboxadmin.imap.guard import GUARD
from mailboxadmin.imap.ladder import ignore

_BUFFER = 65536
#: `* SEARCH` of a folder with two million messages is one line of about 16 MB.
LONGEST_LINE = 32 * 2**20
#: No server keeps a message of that size; what declares more is broken or hostile.
LARGEST_LITERAL = 2**30


class Hangup(Exception):
    """Raised when the connection has ended, on either side."""


class Silence(Exception):
    """Raised when nothing came, or nothing could be sent, for the time allowed."""


class Oversized(Exception):
    """Raised when the server announces a line or a literal beyond all reason."""


class Connection:
    """One TCP connection, from plain to TLS to closed."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self.sock = sock
        self.watch = GUARD.watch(sock, deadline)
        self._reader = self._reading(sock)
        self._unread = b""

    @classmethod
    def open(
        cls,
        address: str,
        port: int,
        deadline: Deadline,
        on_open: OnOpen = ignore,
        make: "Make | None" = None,
    ) -> "Connection":
        """Connect to one address.

        Args:
            on_open: given what cuts it from another thread, also while it is connecting.
            make: makes a connection of another kind.

        Raises:
            OSError: refused, unreachable, or no answer before the deadline (`TimeoutError`).
            Cancelled: a person stopped it.
        """
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        connection = (make or cls)(socket.socket(family, socket.SOCK_STREAM), deadline)
        try:
            on_open(connection.watch)
            connection.patience(deadline.cap(60))
            connection.watch.flow.waits()
            connection.connect(address, port)
        except BaseException as fault:
            connection.close()
            # A socket that is cut while it connects says that it was reset.
            if connection.watch.cancelled:
                raise Cancelled("A person stopped it.") from fault
            if connection.watch.expired:
                raise TimeoutError("timed out") from fault
            raise
        return connection

    def connect(self, address: str, port: int) -> None:
        """Connect the socket; `open` calls this.

        Raises:
            OSError: refused, unreachable, or no answer in time.
        """
        try:
            self.sock.connect((address, port))
        except ConnectionResetError:
            if self.watch.cut:
                raise
            # Somebody took the connection and threw it away in the same instant: the first read
            # or write meets its end, as it does when that came a moment later.

    def hide(self, secrets: Iterable[str]) -> None:
        """Know these as secrets, where what is said here is written down (`trace.Traced`)."""

    def went_wrong(self, fault: BaseException, phase: Phase) -> None:
        """Note what ended the dialogue, where it is written down (`trace.Traced`)."""

    def patience(self, seconds: float) -> None:
        """How long one read or write may wait; the guard bounds them all together."""
        self.sock.settimeout(seconds)

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Speak TLS from now on; what the server sent in clear beyond its last line is dropped.

        Raises:
            OSError: the handshake failed (`ssl.SSLError`), or took too long.
        """
        wrapped = context.wrap_socket(
            self.sock, server_hostname=host, do_handshake_on_connect=False
        )
        self.sock = wrapped
        self.watch.follow(wrapped)
        self.watch.flow.waits()
        wrapped.do_handshake()
        self._reader = self._reading(wrapped)
        self._unread = b""

    def certificate(self) -> bytes:
        """The certificate the server showed, DER; empty without TLS."""
        shown = self.sock.getpeercert(True) if isinstance(self.sock, ssl.SSLSocket) else None
        return shown or b""

    def unread(self, line: bytes) -> None:
        """Give `line` back, to be read again."""
        self._unread = line

    def wait(self, waker: int, seconds: float) -> bool:
        """Wait for bytes, or until `waker`, a file descriptor, has some; True when bytes came.

        Its end counts as bytes, too: reading then tells of it.
        """
        if self.has_come():
            return True
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        poll.register(waker, select.POLLIN)
        poll.poll(seconds * 1000)
        return self.has_come()

    def has_come(self) -> bool:
        """True when there is something to read now, if only that the connection has ended."""
        if self._unread:
            return True
        before = self.sock.gettimeout()
        self.sock.settimeout(0)
        try:
            # Bytes may also wait in the buffer, or inside TLS, where no poll sees them.
            self._reader.peek(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError as fault:
            raise _ended(fault) from fault
        finally:
            self.sock.settimeout(before)
        return True

    def keep_alive(self) -> None:
        """Have the system ask the other end now and then, so that a dead one is noticed."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in (("TCP_KEEPIDLE", 120), ("TCP_KEEPINTVL", 30), ("TCP_KEEPCNT", 4)):
            # Not every system lets one choose how often.
            if hasattr(socket, name):
                self.sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    def read_line(self, longest: int = LONGEST_LINE) -> bytes:
        """One line with its end.

        Raises:
            Hangup, Silence, Oversized
        """
        if self._unread:
            line, self._unread = self._unread, b""
            return line
        try:
            line = self._reader.readline(longest + 1)
        except OSError as fault:
            raise _ended(fault) from fault
        if len(line) > longest:
            raise Oversized(f"a line of more than {longest} bytes")
        if not line.endswith(b"\n"):
            raise Hangup("closed by the server")
        return line

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes.

        Raises:
            Hangup, Silence, Oversized
        """
        if size > LARGEST_LITERAL:
            raise Oversized(f"a literal of {size} bytes was announced")
        try:
            data = self._reader.read(size)
        except OSError as fault:
            raise _ended(fault) from fault
        except MemoryError as fault:
            raise Oversized(f"no memory for a literal of {size} bytes") from fault
        if len(data) < size:
            raise Hangup("closed by the server")
        return data

    def send(self, data: bytes) -> None:
        """All of `data`.

        Raises:
            Hangup, Silence
        """
        self.watch.flow.asked()
        try:
            self.sock.sendall(data)
        except OSError as fault:
            raise _ended(fault) from fault

    def close(self) -> None:
        """Close; a second time does nothing."""
        self.watch.release()
        self._reader.close()
        self.sock.close()

    def _reading(self, sock: socket.socket) -> io.BufferedReader:
        return io.BufferedReader(Inflow(sock, self.watch.flow), _BUFFER)


def _ended(fault: OSError) -> Hangup | Silence:
    if isinstance(fault, TimeoutError):
        return Silence(str(fault))
    return Hangup(str(fault))


#: Makes a connection of a socket that is not connected yet.
Make = Callable[[socket.socket, Deadline], Connection]
