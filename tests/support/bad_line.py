"""A line to a mail server that goes bad after so many bytes, or when something is asked.

    with BadLine(dovecot.port, after=50_000, then=Badness.DRIP) as line:
        sync_in_the_background(line.host, line.port)
        line.gone_bad.wait()

    BadLine(dovecot.port, at="UID FETCH .*BODY", then=Badness.HANG)

What the client says reaches the server all the time; only what the server says goes bad, from
the end of a line on.
"""

import random
import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto

from mailboxadmin.demo.line import Line
from mailboxadmin.demo.ports import LOOPBACK

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


class BadLine(Line):
    """`host` and `port` are where a mail program connects."""

    def __init__(
        self, server_port: int, *, then: Badness, after: int | None = None, at: str | None = None
    ) -> None:
        super().__init__(server_port)
        self._after = after
        #: As the client says it, after its tag.
        self._at = re.compile(rb"^\S+ " + at.encode(), re.IGNORECASE) if at else None
        self._badness = then
        #: The line has gone bad, on one connection at least.
        self.gone_bad = threading.Event()
        #: The client has ended a connection.
        self.hung_up = threading.Event()
        self._ended = threading.Event()

    def go_on(self) -> None:
        """Be bad no more; what hung comes now, and all after it."""
        self._after = self._at = None
        self._ended.set()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        super().__exit__()

    def _relay(self, program: socket.socket) -> None:
        with socket.create_connection((LOOPBACK, self._server_port)) as server:
            asked = threading.Event()
            back = threading.Thread(target=self._back, args=(server, program, asked), daemon=True)
            back.start()
            with suppress(OSError):  # Either end may hang up in the middle of a word.
                while chunk := program.recv(_CHUNK):
                    if self._at is not None and self._at.match(chunk):
                        asked.set()
                    server.sendall(chunk)
        self.hung_up.set()

    def _back(self, server: socket.socket, program: socket.socket, asked: threading.Event) -> None:
        passed = 0
        with suppress(OSError):  # The program hangs up on a bad line.
            while chunk := server.recv(_CHUNK):
                good, bad = self._split(chunk, passed, asked)
                program.sendall(good)
                passed += len(good)
                if bad:
                    self.gone_bad.set()
                    self._bad(bad, program)
            program.shutdown(socket.SHUT_WR)

    def _split(self, chunk: bytes, passed: int, asked: threading.Event) -> tuple[bytes, bytes]:
        """What is passed on as it is, and what goes bad."""
        if asked.is_set() and self._at is not None:
            return b"", chunk
        if self._after is None or passed + len(chunk) <= self._after:
            return chunk, b""
        end = chunk.rfind(b"\n", 0, max(0, self._after - passed)) + 1
        return chunk[:end], chunk[end:]

    def _bad(self, rest: bytes, program: socket.socket) -> None:
        match self._badness:
            case Badness.HANG:
                self._ended.wait()
                program.sendall(rest)
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
