"""A line to a mail server that stands still after so many bytes, until it is let go.

with SlowLine(dovecot.port) as line:
    line.hold_after(100_000)  # of what the server says on a connection
    sync_in_the_background(line.host, line.port)  # it goes on, but no further
    line.let_go()
"""

import socket
import threading
from contextlib import suppress

from mailboxadmin.demo.line import Line
from mailboxadmin.demo.ports import LOOPBACK

_CHUNK = 4096
#: A test that forgets to let go does not hold its threads for ever.
_LONGEST_HOLD_S = 120.0


class SlowLine(Line):
    """Passes everything on; `host` and `port` are where a mail program connects."""

    def __init__(self, server_port: int) -> None:
        super().__init__(server_port)
        self._room: int | None = None
        self._free = threading.Event()
        self._free.set()

    def __exit__(self, *_: object) -> None:
        self._free.set()
        super().__exit__()

    def hold_after(self, size: int) -> None:
        """Let so many bytes of the server through on each connection that comes from now on."""
        self._room = size
        self._free.clear()

    def let_go(self) -> None:
        """Pass on what is held, and everything after it."""
        self._room = None
        self._free.set()

    def _relay(self, program: socket.socket) -> None:
        with socket.create_connection((LOOPBACK, self._server_port)) as server:
            back = threading.Thread(target=self._back, args=(server, program), daemon=True)
            back.start()
            _pass_on(program, server)
            back.join(_LONGEST_HOLD_S)

    def _back(self, server: socket.socket, program: socket.socket) -> None:
        room, passed = self._room, 0
        with suppress(OSError):
            while chunk := server.recv(_CHUNK):
                passed += len(chunk)
                if room is not None and passed > room:
                    self._free.wait(_LONGEST_HOLD_S)
                program.sendall(chunk)
            program.shutdown(socket.SHUT_WR)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    # Either end may hang up in the middle of a word; the other is told by the end of its own.
    with suppress(OSError):
        while chunk := source.recv(_CHUNK):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
