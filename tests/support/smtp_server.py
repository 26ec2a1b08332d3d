"""Mail servers on loopback that take messages, or fail in each way a client can meet.

    with SmtpServer() as server:                 # takes everything
    with SmtpServer(tls=certificates, auth=("ann", "secret")) as server:
    with SmtpServer(answers={"MAIL": "550 5.7.1 not from you"}) as server:
    with RudeServer(at="DATA", then=Rudeness.HANG_UP) as server:

`server.messages` are what was taken, as `email` reads them.
"""

import email
import email.policy
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from email.message import EmailMessage
from enum import Enum, auto
from typing import Any, BinaryIO

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from mailboxadmin.demo.ports import LOOPBACK, free_port


class SmtpServer:
    """A server on `host` and `port`."""

    host = LOOPBACK

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        auth: tuple[str, str] | None = None,
        answers: Mapping[str, str] | None = None,
        port: int | None = None,
    ) -> None:
        """`answers`: what it says to MAIL, RCPT, DATA or a sign-in, in place of yes.

        `implicit`: TLS from the first byte, instead of STARTTLS.
        """
        self.port = port or free_port()
        self.answers = dict(answers or {})
        self.envelopes: list[Envelope] = []
        self.sign_ins = 0
        self._auth = auth
        options: dict[str, Any] = {"server_hostname": "smtp.example.org"}
        if tls is not None and not implicit:
            options |= {"tls_context": tls, "require_starttls": True}
        if auth is not None:
            encrypted = tls is not None
            options |= {
                "authenticator": self._authenticate,
                "auth_required": True,
                "auth_require_tls": encrypted and not implicit,
            }
        self._controller = Controller(
            _Handler(self),
            hostname=LOOPBACK,
            port=self.port,
            ssl_context=tls if implicit else None,
            **options,
        )

    def __enter__(self) -> "SmtpServer":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def messages(self) -> list[EmailMessage]:
        return [
            email.message_from_bytes(each.content, policy=email.policy.default)  # type: ignore
            for each in self.envelopes
        ]

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.messages]

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: Any
    ) -> AuthResult:
        self.sign_ins += 1
        assert isinstance(data, LoginPassword) and self._auth is not None
        if (data.login, data.password) == tuple(word.encode() for word in self._auth):
            return AuthResult(success=True)
        said = self.answers.get("AUTH", "535 5.7.8 Authentication credentials invalid")
        return AuthResult(success=False, handled=False, message=said)


class _Handler:
    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def handle_MAIL(
        self, _s: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        said = self._server.answers.get("MAIL", "250 OK")
        if said.startswith("250"):
            envelope.mail_from = address
        return said

    async def handle_RCPT(
        self, _s: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answers = self._server.answers
        said = answers.get(f"RCPT {address}") or answers.get("RCPT", "250 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, _s: SMTP, _session: Session, envelope: Envelope) -> str:
        said = self._server.answers.get("DATA", "250 2.0.0 taken")
        if said.startswith("250"):
            self._server.envelopes.append(envelope)
        return said


class Rudeness(Enum):
    """How a server leaves the conversation."""

    HANG_UP = auto()
    #: Says nothing more, and keeps the connection.
    SILENCE = auto()
    #: A byte at a time, without end.
    DRIP = auto()
    #: Lines that go on and on.
    FLOOD = auto()
    #: What is no SMTP.
    GARBAGE = auto()


_SAID = {
    "EHLO": b"250-rude.example.org\r\n250 AUTH PLAIN\r\n",
    "AUTH": b"235 welcome\r\n",
    "DATA": b"354 go on\r\n",
}


class RudeServer:
    """Speaks SMTP up to a command (`GREETING` for none), and is rude from there on."""

    host = LOOPBACK

    def __init__(self, *, at: str, then: Rudeness) -> None:
        self._at, self._then = at, then
        self._ended = threading.Event()
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        #: Messages that came whole, whatever was said to them.
        self.taken = 0
        #: Somebody came.
        self.met = False

    def __enter__(self) -> "RudeServer":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self.met = True
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            if self._rude(connection, "GREETING"):
                return
            connection.sendall(b"220 rude.example.org\r\n")
            for line in lines:
                verb = line.split()[0].decode().upper() if line.split() else ""
                if self._rude(connection, verb):
                    return
                connection.sendall(_SAID.get(verb, b"250 OK\r\n"))
                if verb == "DATA" and self._take(connection, lines):
                    return

    def _take(self, connection: socket.socket, lines: BinaryIO) -> bool:
        while lines.readline() not in (b".\r\n", b""):
            pass
        self.taken += 1
        if self._rude(connection, "END"):
            return True
        connection.sendall(b"250 taken\r\n")
        return False

    def _rude(self, connection: socket.socket, verb: str) -> bool:
        if verb != self._at:
            return False
        match self._then:
            case Rudeness.SILENCE:
                self._ended.wait()
            case Rudeness.DRIP:
                while not self._ended.wait(0.1):
                    connection.sendall(b"2")
            case Rudeness.FLOOD:
                while not self._ended.is_set():
                    connection.sendall(b"250-and so on\r\n" * 100)
            case Rudeness.GARBAGE:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        return True
