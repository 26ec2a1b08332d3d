"""A line to a mail server that is cut after so many bytes of what the server says.

with CutLine(dovecot.port) as line:
    line.cut_after(2_000)  # on each connection that comes from now on
    sync(line.host, line.port)
    line.mend()
"""

import socket
import threading
from contextlib import suppress

from mailboxadmin.demo.line import Line
from mailboxadmin.demo.ports import LOOPBACK

_CHUNK = 4096


class CutLine(Line):
    """Passes everything on until it is cut; `host` and `port` are where a mail program connects."""

    def __init__(self, server_port: int) -> None:
        super().__init__(server_port)
        self._room: int | None = None

    def cut_after(self, size: int) -> None:
        """Let so many bytes of the server through on each connection that comes from now on."""
        self._room = size

    def mend(self) -> None:
        """Let everything through, on connections that come from now on."""
        self._room = None

    def _relay(self, program: socket.socket) -> None:
        with socket.create_connection((LOOPBACK, self._server_port)) as server:
            back = threading.Thread(target=self._back, args=(server, program), daemon=True)
            back.start()
            with suppress(OSError):  # Either end may hang up in the middle of a word.
                while chunk := program.recv(_CHUNK):
                    server.sendall(chunk)
                server.shutdown(socket.SHUT_WR)
            back.join()

    def _back(self, server: socket.socket, program: socket.socket) -> None:
        room = self._room
        with suppress(OSError):
            while chunk := server.recv(_CHUNK):
                program.sendall(chunk if room is None else chunk[:room])
                if room is not None:
                    room -= len(chunk)
                    if room <= 0:
                        break
        for end in (program, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
