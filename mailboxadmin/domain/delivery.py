"""Telling somebody outside: where to, what was reached on the way, and what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mailboxadmin.domain.errors import MailboxAdminError
from mailboxadmin.domain.mailbox import Encryption

#: The ports of submission (RFC 6409, RFC 8314); 25 is what a relay inside the office listens on.
SMTP_PORTS: Mapping[Encryption, int] = {
    Encryption.SSL: 465,
    Encryption.STARTTLS: 587,
    Encryption.NONE: 25,
}


class Channel(StrEnum):
    """A way on which people, or a monitor, are told."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    #: Tells only that somebody is alive.
    PING = "ping"


class Stage(StrEnum):
    """How far a delivery came, in the order of the way."""

    FIND = "find"
    CONNECT = "connect"
    GREET = "greet"
    ENCRYPT = "encrypt"
    SIGN_IN = "sign_in"
    HAND_OVER = "hand_over"


class Trouble(StrEnum):
    """What kind of fault ended it."""

    #: No answer, or the connection ended.
    UNREACHABLE = "unreachable"
    #: The encryption is missing, or not to be trusted.
    NOT_SECURE = "not_secure"
    #: The name or the password.
    SIGN_IN = "sign_in"
    #: The server asks to come again later.
    LATER = "later"
    #: The server says no.
    REFUSED = "refused"
    #: The stored secret cannot be opened.
    SECRET = "secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One stage that was reached, and what was found there."""

    stage: Stage
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFacts:
    """Everything that is known about one delivery that failed."""

    channel: Channel
    stage: Stage
    trouble: Trouble
    host: str
    #: None when it follows from the address.
    port: int | None = None
    #: The server's own words, bounded; None when it said nothing.
    said: str | None = None
    #: What the machine said, or what was missed, in words.
    detail: str = ""
    rungs: tuple[Rung, ...] = ()


class NotDelivered(MailboxAdminError):
    """Raised when a message did not get there; `facts` says how far it came."""

    def __init__(self, facts: DeliveryFacts) -> None:
        super().__init__(facts.said or facts.detail or facts.trouble.value)
        self.facts = facts


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRoute:
    """The mail server that takes what is to be sent, and who gets it."""

    host: str
    port: int
    encryption: Encryption
    #: Empty: without a sign-in.
    username: str
    password: str = field(repr=False)
    sender: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRoute:
    """The program that is told."""

    url: str
    #: Signs what is sent; empty: nothing is signed.
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """It was taken."""

    rungs: tuple[Rung, ...]
    #: The server that took it.
    host: str = ""
    port: int | None = None
    #: Recipients that the server did not take, with its words.
    refused: Mapping[str, str] = field(default_factory=dict)
