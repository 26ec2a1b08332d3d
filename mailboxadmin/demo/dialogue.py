"""One connection of a server that does not behave: read a command, and act."""

import re
import socket
import ssl
import struct
import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from typing import assert_never

from mailboxadmin.demo.deeds import (
    Action,
    Close,
    CloseAfter,
    Drip,
    Pause,
    Stall,
    StartTls,
    Until,
)

_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n$")


class HungUp(Exception):
    """The connection is over, by the client or by what is played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a server speaks on each connection."""

    #: None: it speaks no TLS.
    tls_context: ssl.SSLContext | None
    #: Not only after STARTTLS.
    tls_at_once: bool


class Dialogue(ABC):
    """One connection; `run` and `hang_up` are called from different threads."""

    def __init__(self, manner: Manner) -> None:
        #: The bytes of the client, and its commands without tags.
        self.received = bytearray()
        self.said: list[str] = []
        #: What was done that must not be, one sentence each.
        self.mistakes: list[str] = []
        self._manner = manner
        self._stopping = threading.Event()
        self._tag = b"*"
        self._buffer = b""
        self._connection: socket.socket | None = None

    def run(self, connection: socket.socket) -> None:
        """Serve until either side ends the connection."""
        self._connection = connection
        try:
            if self._manner.tls_at_once:
                self._start_tls()
            self._greet()
            while True:
                self._take_turn()
        except (HungUp, OSError):
            pass  # Either side may leave at any moment; that is what is played here.
        finally:
            self._connection.close()

    def hang_up(self) -> None:
        """End the connection from another thread."""
        self._stopping.set()
        if self._connection is not None:
            with suppress(OSError):  # It may be closed already.
                self._connection.shutdown(socket.SHUT_RDWR)

    @abstractmethod
    def _greet(self) -> None:
        """Say the first words."""

    @abstractmethod
    def _take_turn(self) -> None:
        """Read a command, and do something about it."""

    def _act(self, action: Action) -> None:
        if isinstance(action, str | bytes):
            self._send(_wire(action))
            return
        match action:
            case Drip(data, bytes_per_s):
                self._drip(_wire(data), 1 / bytes_per_s)
            case CloseAfter(data, count):
                self._send(_wire(data), count)
                raise HungUp
            case Close(reset):
                self._close(reset)
            case Stall():
                self._stall()
            case Pause() | Until():
                self._wait(action)
            case StartTls():
                self._start_tls()
            case _:
                assert_never(action)

    def _wait(self, action: Pause | Until) -> None:
        if isinstance(action, Pause):
            self._stopping.wait(action.seconds)
            return
        while not action.event.is_set() and not self._stopping.wait(0.02):
            pass

    def _stall(self) -> None:
        while True:
            self._receive()

    def _socket(self) -> socket.socket:
        if self._connection is None:
            raise HungUp
        return self._connection

    def _send(self, data: bytes, count: int | None = None) -> None:
        self._socket().sendall(data.replace(b"{tag}", self._tag)[:count])

    def _drip(self, data: bytes, interval_s: float) -> None:
        for byte in data.replace(b"{tag}", self._tag):
            self._socket().sendall(bytes([byte]))
            if self._stopping.wait(interval_s):
                raise HungUp

    def _close(self, reset: bool) -> None:
        if reset:  # Lingering for zero seconds makes the kernel send RST instead of FIN.
            self._socket().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise HungUp

    def _start_tls(self) -> None:
        if self._manner.tls_context is None:
            self.mistakes.append("It starts TLS, but the server was given no certificate.")
            raise HungUp
        # The handshake comes after the assignment, so that `hang_up` reaches a client that never
        # shakes hands.
        self._connection = self._manner.tls_context.wrap_socket(
            self._socket(), server_side=True, do_handshake_on_connect=False
        )
        self._connection.do_handshake()

    def _command(self) -> bytes:
        """Read one command with its literals, without the last line end."""
        command = self._line()
        while announced := _LITERAL.search(command):
            size, is_non_synchronising = int(announced[1]), bool(announced[2])
            if not is_non_synchronising:
                self._send(b"+ go on\r\n")
            while len(self._buffer) < size:
                self._receive()
            command, self._buffer = command + self._buffer[:size], self._buffer[size:]
            command += self._line()
        return command.rstrip(b"\r\n")

    def _line(self) -> bytes:
        while b"\n" not in self._buffer:
            self._receive()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line + b"\n"

    def _receive(self) -> None:
        data = self._socket().recv(65536)
        if not data:
            raise HungUp
        is_tls_hello = not self._buffer and data.startswith(b"\x16\x03")
        self.received += data
        if is_tls_hello:
            raise HungUp  # A client that wants TLS where none is spoken says no command.
        self._buffer += data


def _wire(text: str | bytes) -> bytes:
    return text.encode() + b"\r\n" if isinstance(text, str) else text
