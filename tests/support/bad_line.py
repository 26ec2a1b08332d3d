"""A line to a mail server that goes bad after so many bytes, at the end of a line.

    with BadLine(dovecot.port, after=50_000, then=Badness.DRIP) as line:
        sync_in_the_background(line.host, line.port)
        line.gone_bad.wait()

What the client says reaches the server all the time; only what the server says goes bad.
"""

import random
import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto

from tests.support.ports import LOOPBACK

_CHUNK = 4096
#: Between two bytes that drip, two pieces of garbage, two floods.
_DRIP_S, _GARBAGE_S, _FLOOD_S = 1.0, 0.01, 0.05
_SEED = 20260302


class Badness(Enum):
    """What becomes of the line."""

    #: Nothing more comes.
    HANG = auto()
    #: A byte a second of what the server says.
    DRIP = auto()
    #: Bytes that mean nothing, without end.
    GARBAGE = auto()
    #: Lines that are true IMAP and answer nothing, without end.
    FLOOD = auto()


class BadLine:
    """`host` and `port` are where a mail program connects."""

    host = LOOPBACK

    def __init__(self, server_port: int, *, after: int, then: Badness) -> None:
        self._server_port = server_port
        self._room = after
        self._badness = then
        #: The line has gone bad, on one connection at least.
        self.gone_bad = threading.Event()
        self._ended = threading.Event()
        line = self

        class Connection(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                line._relay(self.request)

        self._listener = socketserver.ThreadingTCPServer((LOOPBACK, 0), Connection)
        self._listener.daemon_threads = True
        self.port = int(self._listener.server_address[1])

    def __enter__(self) -> "BadLine":
        threading.Thread(target=self._listener.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._listener.shutdown()
        self._listener.server_close()

    def _relay(self, program: socket.socket) -> None:
        with socket.create_connection((LOOPBACK, self._server_port)) as server:
            threading.Thread(target=self._back, args=(server, program), daemon=True).start()
            with suppress(OSError):  # Either end may hang up in the middle of a word.
                while chunk := program.recv(_CHUNK):
                    server.sendall(chunk)

    def _back(self, server: socket.socket, program: socket.socket) -> None:
        with suppress(OSError):  # The program hangs up on a bad line.
            rest = self._good(server, program)
            if rest is not None:
                self.gone_bad.set()
                self._bad(rest, program)
            program.shutdown(socket.SHUT_WR)

    def _good(self, server: socket.socket, program: socket.socket) -> bytes | None:
        """Pass on what the line has room for; what it has none for, or None at the end."""
        room = self._room
        while room > 0:
            chunk = server.recv(_CHUNK)
            if not chunk:
                return None
            if len(chunk) > room and (end := chunk.find(b"\n", room)) > 0:
                program.sendall(chunk[: end + 1])
                return chunk[end + 1 :] + server.recv(_CHUNK)
            program.sendall(chunk)
            room -= len(chunk)
        return server.recv(_CHUNK) or None

    def _bad(self, rest: bytes, program: socket.socket) -> None:
        match self._badness:
            case Badness.HANG:
                self._ended.wait()
            case Badness.DRIP:
                self._drip(rest, program)
            case Badness.GARBAGE:
                noise = random.Random(_SEED)
                self._pour(program, lambda: noise.randbytes(_CHUNK), _GARBAGE_S)
            case Badness.FLOOD:
                self._pour(program, lambda: b"* OK still here\r\n" * _CHUNK, _FLOOD_S)

    def _drip(self, rest: bytes, program: socket.socket) -> None:
        for byte in rest:
            program.sendall(bytes([byte]))
            if self._ended.wait(_DRIP_S):
                return
        # It is slow enough that nobody comes here before the end.
        self._ended.wait()

    def _pour(self, program: socket.socket, data: Callable[[], bytes], every_s: float) -> None:
        while not self._ended.wait(every_s):
            program.sendall(data())
