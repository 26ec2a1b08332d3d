"""Faults on the way to the mail: a line that answers wrongly, or settings that lead elsewhere."""

from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum, auto

from mailboxadmin.demo.faulty_imap import FaultyImap, Trouble
from mailboxadmin.demo.ports import LOOPBACK, refusing_port, unanswering_port
from mailboxadmin.demo.rehearsal_network import DOMAIN
from mailboxadmin.demo.stage import HOST, Stage
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.deps import Deps


class Shows(Enum):
    """Which certificate the server shows."""

    #: Signed by itself.
    SELF_SIGNED = auto()
    EXPIRED = auto()
    #: Good, for another name.
    OTHER_NAME = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers(Trouble):
    """The mail server answers otherwise, on a line between it and the program.

    What the trouble does not touch, the sample office's own server answers.
    """

    encryption: Encryption = Encryption.NONE
    #: None: it speaks no TLS.
    shows: Shows | None = None
    #: It signs in with that provider's permission; None: with its password.
    app: AppKey | None = None
    #: So much new mail waits to be fetched.
    letters: int = 0

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        if self.letters:
            stage.letters_arrive(self.letters)
        if self.app is not None:
            stage.permit(self.app)
        line = held.enter_context(self._line(stage))
        stage.lead_to_port(line.port, self.encryption, password=self.app is None)
        return stage.deps

    def _line(self, stage: Stage) -> FaultyImap:
        certificates = stage.certificates
        shown = {
            Shows.SELF_SIGNED: certificates.self_signed,
            Shows.EXPIRED: lambda: certificates.expired(HOST),
            Shows.OTHER_NAME: certificates.wrong_name,
        }
        return FaultyImap(
            stage.server.port,
            self,
            certificate=shown[self.shows]() if self.shows else None,
            starttls=self.encryption is Encryption.STARTTLS,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusesOne:
    """The mail server gives every message but the one that has just arrived."""

    greeting: str
    #: In place of that message, `NO …`.
    said: str

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        [uid] = stage.letters_arrive()
        line = Answers(
            greeting=self.greeting,
            at=rf"UID FETCH \S*\b{uid}\b\S* .*BODY\.PEEK\[\]",
            does=(f"{{tag}} {self.said}",),
        )
        return line.begin(stage, held)


class Place(Enum):
    """Where there is no mail server."""

    #: Nothing listens.
    CLOSED_PORT = auto()
    #: A firewall drops what is sent.
    SILENT_PORT = auto()
    #: An address to which no way leads.
    OFF_THE_MAP = auto()
    #: A name that does not exist.
    NO_SUCH_NAME = auto()
    #: A name that the resolver cannot look up.
    FAILING_RESOLVER = auto()


#: The broadcast address of the loopback network: no connection can be made to it, and no packet
#: leaves this machine.
_NOBODYS_ADDRESS = "127.255.255.255"


@dataclass(frozen=True, slots=True)
class LeadsTo:
    """The mailbox's settings lead to where there is no mail server."""

    place: Place

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        stage.lead_to(self._server(stage, held))
        return stage.deps

    def _server(self, stage: Stage, held: ExitStack) -> Server:
        host, port, names = HOST, Encryption.SSL.port, stage.names
        names.add(HOST, "A", LOOPBACK)
        match self.place:
            case Place.CLOSED_PORT:
                port = held.enter_context(refusing_port())
            case Place.SILENT_PORT:
                port = held.enter_context(unanswering_port())
            case Place.OFF_THE_MAP:
                host = f"far.{DOMAIN}"
                names.add(host, "A", _NOBODYS_ADDRESS)
            case Place.NO_SUCH_NAME:
                host = f"old.{DOMAIN}"
                names.nxdomain(host)
            case Place.FAILING_RESOLVER:
                host = f"mail.{DOMAIN}"
                names.servfail(host)
        return Server(host=host, port=port, encryption=Encryption.SSL)


#: Refused to staff wherever it is listed: addresses of one wire only (RFC 3927).
_LINK_LOCAL = "169.254.4.11"


@dataclass(frozen=True, slots=True)
class NameMoves:
    """Its owner named a server of the office, whose name then leads to where nobody may connect."""

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        host = f"nas.{DOMAIN}"
        stage.names.add(host, "A", stage.server.host)
        server = Server(host=host, port=stage.server.port, encryption=Encryption.NONE)
        stage.lead_to(server, set_by="staff")
        stage.names.add(host, "A", _LINK_LOCAL)
        return stage.deps
