"""One connection of a faulty server: a real server's answers, and others where its fault is."""

import re
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from mailboxadmin.demo.deeds import Action, StartTls
from mailboxadmin.demo.dialogue import Dialogue, HungUp, Manner
from mailboxadmin.demo.ports import LOOPBACK

#: Everything that a program may say that only looks: nothing here changes a folder or a message.
_LOOKING = (
    r"CAPABILITY$|STARTTLS$|ID |ENABLE |LOGIN |AUTHENTICATE (PLAIN|XOAUTH2|OAUTHBEARER)\b"
    r"|LIST |STATUS |EXAMINE |LOGOUT$"
    r"|UID SEARCH |UID FETCH [\d:,*]+ \((?!.*(BODY\[|RFC822(?!\.SIZE)))"
)
#: The only writing there is, with the SELECT before it.
_MARKING = r"SELECT |UID STORE [\d:,]+ (\(UNCHANGEDSINCE \d+\) )?[+-]FLAGS\.SILENT \(\\Seen\)$"
_LITERAL = re.compile(rb"\{(\d+)\}\r\n")
_LITERAL_AT_END = re.compile(rb"\{(\d+)\}\r\n$")


@dataclass(frozen=True, slots=True)
class PassOn:
    """Give what the real server says, changed or as it is."""

    change: Callable[[bytes], bytes] = bytes


AS_IT_IS = PassOn()


@dataclass(frozen=True, slots=True)
class Do:
    """Do something beside the connection, and go on."""

    work: Callable[[], None]


#: What a faulty server does in place of an answer, or of its greeting.
Deed = Action | PassOn | Do
#: What it does about a command, without its tag; None: nothing is wrong there.
Judge = Callable[[str], tuple[Deed, ...] | None]


class FaultyDialogue(Dialogue):
    """Takes each command, asks `judge`, and passes it on where nothing is wrong.

    Args:
        words: what stands for `{name}` in what it says.
        may_mark: marking messages as read is no mistake.
    """

    def __init__(
        self,
        port: int,
        greeting: Deed,
        judge: Judge,
        manner: Manner,
        words: Mapping[str, bytes],
        *,
        may_mark: bool,
    ) -> None:
        super().__init__(manner)
        self._port = port
        self._first_words = greeting
        self._judge = judge
        self._words = words
        allowed = f"{_LOOKING}|{_MARKING}" if may_mark else _LOOKING
        self._allowed = re.compile(allowed, re.IGNORECASE | re.DOTALL)
        self._command_bytes = b""
        self._upstream: socket.socket | None = None
        self._answers: BinaryIO | None = None

    def run(self, connection: socket.socket) -> None:
        """Serve until either side ends the connection."""
        try:
            super().run(connection)
        finally:
            for end in (self._answers, self._upstream):
                if end is not None:
                    end.close()

    def _take_turn(self) -> None:
        self._command_bytes = self._command()
        self._tag, _, words = self._command_bytes.partition(b" ")
        said = words.decode("utf-8", "backslashreplace")
        self.said.append(said)
        if not self._allowed.match(said):
            self.mistakes.append(f"It must not say {said!r}.")
        deeds = self._judge(said)
        if deeds is None and said.upper() == "STARTTLS":
            deeds = ("{tag} OK begin", StartTls())
        for deed in deeds if deeds is not None else (AS_IT_IS,):
            self._do(deed)

    def _greet(self) -> None:
        self._do(self._first_words)

    def _do(self, deed: Deed) -> None:
        if isinstance(deed, PassOn):
            answer = self._answer() if self._command_bytes else self._greeting()
            self._send_exactly(deed.change(answer))
        elif isinstance(deed, Do):
            deed.work()
        else:
            self._act(deed)

    def _send(self, data: bytes, count: int | None = None) -> None:
        for name, word in self._words.items():
            data = data.replace(b"{%s}" % name.encode(), word)
        super()._send(data, count)

    def _send_exactly(self, data: bytes) -> None:
        self._socket().sendall(data)

    def _stall(self) -> None:
        # Also while the client begins TLS, which a script would take for its end.
        while self._socket().recv(65536):
            pass
        raise HungUp

    def _reader(self) -> BinaryIO:
        """What the real server says; the connection to it begins when it is first needed."""
        if self._answers is None:
            self._upstream = socket.create_connection((LOOPBACK, self._port))
            self._answers = self._upstream.makefile("rb")
            self._real_greeting = self._answers.readline()
        return self._answers

    def _greeting(self) -> bytes:
        self._reader()
        return self._real_greeting

    def _answer(self) -> bytes:
        """Pass the command on; everything up to the line with its tag."""
        reader = self._reader()
        assert self._upstream is not None
        # The literals are here already, so the server is not asked to wait for them.
        self._upstream.sendall(_LITERAL.sub(rb"{\1+}\r\n", self._command_bytes) + b"\r\n")
        answer = bytearray()
        while True:
            line = self._whole_line(reader)
            if line.startswith(b"+ "):
                self._send_exactly(line)
                self._upstream.sendall(self._line())
                continue
            answer += line
            if line.startswith(self._tag + b" "):
                return bytes(answer)

    def _whole_line(self, reader: BinaryIO) -> bytes:
        """A line with the literals in it."""
        line = reader.readline()
        while announced := _LITERAL_AT_END.search(line):
            line += reader.read(int(announced[1])) + reader.readline()
        if not line:
            raise HungUp
        return line

    def hang_up(self) -> None:
        """End the connection from another thread, on both sides."""
        super().hang_up()
        if self._upstream is not None:
            with suppress(OSError):  # It may be closed already.
                self._upstream.shutdown(socket.SHUT_RDWR)
