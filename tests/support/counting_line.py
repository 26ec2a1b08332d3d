"""A line to a mail server that counts the sessions on it: signed in and not yet ended.

    with CountingLine(dovecot.port) as line:
        ...
        assert (line.sign_ins, line.most_at_once) == (7, 1)

A session begins before its client hears the OK to its LOGIN, and ends before it hears the BYE
to its LOGOUT, or with its connection: so two at once are two at once, however threads are woken.
"""

import re
import socket
import threading
from contextlib import suppress

from mailboxadmin.demo.line import Line
from mailboxadmin.demo.ports import LOOPBACK

_CHUNK = 65536
_LOGIN = re.compile(rb"^(\S+) (?:LOGIN|AUTHENTICATE)\b", re.IGNORECASE)


class CountingLine(Line):
    """`host` and `port` are where a mail program connects."""

    def __init__(self, server_port: int) -> None:
        super().__init__(server_port)
        self._change = threading.Lock()
        self._sessions: set[socket.socket] = set()
        self.sign_ins = 0
        self.most_at_once = 0

    def _relay(self, program: socket.socket) -> None:
        tags: set[bytes] = set()
        with socket.create_connection((LOOPBACK, self._server_port)) as server:
            back = threading.Thread(target=self._back, args=(server, program, tags), daemon=True)
            back.start()
            with suppress(OSError):  # Either end may hang up in the middle of a word.
                while chunk := program.recv(_CHUNK):
                    if login := _LOGIN.match(chunk):
                        tags.add(login[1])
                    server.sendall(chunk)
        self._ended(program)

    def _back(self, server: socket.socket, program: socket.socket, tags: set[bytes]) -> None:
        with suppress(OSError):  # The same.
            while chunk := server.recv(_CHUNK):
                for said in chunk.splitlines():
                    self._note(said, program, tags)
                program.sendall(chunk)
            program.shutdown(socket.SHUT_WR)

    def _note(self, said: bytes, program: socket.socket, tags: set[bytes]) -> None:
        tag, _, rest = said.partition(b" ")
        if tag in tags and rest.startswith(b"OK"):
            self._signed_in(program)
        elif said.startswith(b"* BYE"):
            self._ended(program)

    def _signed_in(self, program: socket.socket) -> None:
        with self._change:
            # One that hung up without a word is over, though its thread may not know yet.
            self._sessions = {each for each in self._sessions if not _hung_up(each)} | {program}
            self.sign_ins += 1
            self.most_at_once = max(self.most_at_once, len(self._sessions))

    def _ended(self, program: socket.socket) -> None:
        with self._change:
            self._sessions.discard(program)


def _hung_up(program: socket.socket) -> bool:
    try:
        return not program.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
