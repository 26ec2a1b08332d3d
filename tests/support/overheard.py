"""A line to a mail server on which everything the program says is heard, and may stay unanswered.

with OverheardLine(dovecot.port) as line:
    sync(line.host, line.port)
    assert "UID STORE" not in line.verbs
"""

import socket
import threading
from contextlib import suppress

from mailboxadmin.demo.line import Line
from mailboxadmin.demo.ports import LOOPBACK

_CHUNK = 65536


class OverheardLine(Line):
    """Passes everything on; `host` and `port` are where a mail program connects."""

    def __init__(self, server_port: int) -> None:
        super().__init__(server_port)
        #: What the program said, on all connections, byte for byte.
        self.said = bytearray()
        self._last_words: bytes | None = None
        self._silent = threading.Event()

    @property
    def verbs(self) -> set[str]:
        """The commands that were used, as `LOGIN`, `UID FETCH`; of a dialogue without literals."""
        commands = (line.split()[1:3] for line in self.said.decode().splitlines())
        return {" ".join(words[: 1 + (words[0] == "UID")]) for words in commands}

    def leave_unanswered(self, command: bytes) -> None:
        """Pass on the first command with these bytes, and nothing that the server says after it."""
        self._last_words = command

    def answer_again(self) -> None:
        """Pass on everything, on connections that come from now on."""
        self._last_words = None
        self._silent.clear()

    def _relay(self, program: socket.socket) -> None:
        with socket.create_connection((LOOPBACK, self._server_port)) as server:
            threading.Thread(target=self._back, args=(server, program), daemon=True).start()
            with suppress(OSError):
                while chunk := program.recv(_CHUNK):
                    self.said += chunk
                    if self._last_words is not None and self._last_words in self.said:
                        self._silent.set()
                    server.sendall(chunk)

    def _back(self, server: socket.socket, program: socket.socket) -> None:
        with suppress(OSError):
            while chunk := server.recv(_CHUNK):
                if self._silent.is_set():
                    return
                program.sendall(chunk)
            program.shutdown(socket.SHUT_WR)
