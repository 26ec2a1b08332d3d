"""From a server's name to its greeting, one rung after the other.

    ssl        dns -> tcp -> tls -> greeting
    starttls   dns -> tcp -> greeting -> tls
    none       dns -> tcp -> greeting

Each rung has ten seconds of wall clock, or what the run's deadline leaves of them.
"""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.domain.cuttable import OnOpen
from mailboxadmin.domain.errors import Happening, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Account, Encryption
from mailboxadmin.imap import secure
from mailboxadmin.imap.connection import Connection
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.ladder import Ladder, system_words
from mailboxadmin.imap.network import Network
from mailboxadmin.imap.policy import check_allowed
from mailboxadmin.imap.said import Heard, Said, parse_status, readable
from mailboxadmin.imap.trace import Trace
from mailboxadmin.imap.translate import WIRE_FAULTS, Scene, translate
from mailboxadmin.imap.wire import Wire

#: What one rung may take at most.
RUNG_LIMIT_S = 10.0
_LONGEST_GREETING = 8192
#: Some greet with all they can do, which tells nobody how far the climb is (RFC 9051, 7.1).
_CAPABILITIES = re.compile(r"\[CAPABILITY [^\]]*\] ?", re.IGNORECASE)

#: Which failure to tell when several addresses failed in different ways: the one that says most.
_MOST_TELLING = (Happening.CONNECT_REFUSED, Happening.CONNECT_TIMEOUT, Happening.UNREACHABLE)


class Climb:
    """One attempt to reach one server."""

    def __init__(
        self,
        account: Account,
        network: Network,
        deadline: Deadline,
        ladder: Ladder,
        on_open: OnOpen,
        trace: Trace | None = None,
    ) -> None:
        self._account = account
        self._server = account.server
        self._network = network
        self._deadline = deadline
        self._ladder = ladder
        self._on_open = on_open
        self._make = trace.connecting if trace else None
        self._heard = Heard()
        self._connection: Connection | None = None
        self._address = ""

    def up(self) -> Wire:
        """Climb to the greeting.

        Raises:
            MailFailure: the rung that was red, after it was reported.
        """
        try:
            connection = self._tcp(self._dns())
            if self._server.encryption is Encryption.SSL:
                self._tls(connection, None)
                return self._greeting(connection)
            wire = self._greeting(connection)
            if self._server.encryption is Encryption.STARTTLS:
                self._tls(connection, wire)
        except BaseException:
            # Also when `on_step` raises: a person stopped the check.
            if self._connection is not None:
                self._connection.close()
            raise
        return wire

    def _dns(self) -> tuple[str, ...]:
        with self._ladder.rung(Phase.DNS) as rung:
            self._in_time(Phase.DNS)
            found = self._network.resolve(self._server.host, self._deadline, self._on_open)
            addresses = tuple(found)
            if self._account.guarded:
                addresses = check_allowed(self._server, addresses, self._account.allowed_hosts)
            rung.detail = ", ".join(addresses)
        return addresses

    def _tcp(self, addresses: tuple[str, ...]) -> Connection:
        with self._ladder.rung(Phase.TCP) as rung:
            self._in_time(Phase.TCP)
            connection = self._first_that_answers(addresses)
            rung.detail = f"port {self._server.port}"
            if len(addresses) > 1:
                rung.detail += f" at {self._address}"
        return connection

    def _first_that_answers(self, addresses: tuple[str, ...]) -> Connection:
        """Try each address in turn, with a fair share of the rung's time each."""
        limit = self._deadline.within(RUNG_LIMIT_S)
        failures = []
        for tried, address in enumerate(addresses):
            share = limit.within(limit.remaining() / (len(addresses) - tried))
            try:
                connection = Connection.open(
                    address, self._server.port, share, self._on_open, self._make
                )
            except OSError as fault:
                failures.append(self._tcp_failure(fault, address))
                continue
            self._address, self._connection = address, connection
            return connection
        if self._deadline.passed:
            raise translate(TimeoutError(), self._scene(Phase.TCP))
        raise min(failures, key=lambda failure: _MOST_TELLING.index(failure.facts.happening))

    def _tcp_failure(self, fault: OSError, address: str) -> MailFailure:
        happening = Happening.UNREACHABLE
        if isinstance(fault, ConnectionRefusedError):
            happening = Happening.CONNECT_REFUSED
        elif isinstance(fault, TimeoutError):
            happening = Happening.CONNECT_TIMEOUT
        return self._scene(Phase.TCP).failure(
            happening, f"{system_words(fault)} ({address}, port {self._server.port})"
        )

    def _greeting(self, connection: Connection) -> Wire:
        with self._ladder.rung(Phase.GREETING) as rung, self._speaking(Phase.GREETING, connection):
            line = connection.read_line(_LONGEST_GREETING)
            # A server may know the password from the connection before.
            said = readable(line.removeprefix(b"* "))
            self._heard.identity = self._scene(Phase.GREETING).masked(said)
            rung.detail = _CAPABILITIES.sub("", self._heard.identity)
            self._judge_greeting(line)
            connection.unread(line)
            wire = Wire(connection, self._server.host, self._server.port, self._heard)
        return wire

    def _judge_greeting(self, line: bytes) -> None:
        scene = self._scene(Phase.GREETING)
        said = parse_status(line) if line.startswith(b"* ") else None
        if said is not None and said.status == "BYE":
            raise scene.failure(Happening.GREETING_REFUSED, "", said)
        if not line.upper().startswith((b"* OK", b"* PREAUTH")):
            banner = Said("", None, readable(line))
            raise scene.failure(Happening.GREETING_NOT_IMAP, "another service answers", banner)

    def _tls(self, connection: Connection, wire: Wire | None) -> None:
        scene = self._scene(Phase.TLS)
        with self._ladder.rung(Phase.TLS) as rung, self._speaking(Phase.TLS, connection):
            if wire is not None:
                secure.agree_starttls(wire, scene)
            context = secure.context_for(scene, self._network.ca_file)
            try:
                connection.secure(context, self._server.host)
            except ssl.SSLCertVerificationError as fault:
                raise secure.refused(fault, scene, self._look) from fault
            rung.detail = secure.accepted(connection.certificate(), scene, self._vouched_for)
            if wire is not None:
                wire.continue_secured()

    def _look(self) -> Certificate | None:
        limit = self._deadline.within(RUNG_LIMIT_S)
        return secure.look_at_certificate(self._address, self._server, limit)

    def _vouched_for(self) -> bool:
        limit = self._deadline.within(RUNG_LIMIT_S)
        return secure.is_vouched_for(self._address, self._server, limit, self._network.ca_file)

    @contextmanager
    def _speaking(self, phase: Phase, connection: Connection) -> Iterator[None]:
        """Bound a rung and translate what goes wrong on it."""
        self._in_time(phase)
        limit = self._deadline.within(RUNG_LIMIT_S)
        connection.watch.limit(limit)
        connection.patience(limit.cap(RUNG_LIMIT_S))
        try:
            yield
        except WIRE_FAULTS as fault:
            raise translate(fault, self._scene(phase)) from fault

    def _in_time(self, phase: Phase) -> None:
        if self._deadline.passed:
            raise translate(TimeoutError(), self._scene(phase))

    def _scene(self, phase: Phase) -> Scene:
        return Scene(
            phase=phase,
            account=self._account,
            deadline=self._deadline,
            connection=self._connection,
            heard=self._heard,
        )
