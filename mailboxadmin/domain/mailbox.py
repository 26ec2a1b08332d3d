"""A mailbox: one staff account on a mail server, its state, and what it takes to open it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.domain.finding import Finding, Phase
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.token import Bearer, SignIn


class State(StrEnum):
    """The truth about a mailbox; *syncing* is an activity on top, not a state."""

    #: Not configured yet, or configured and waiting for its first sync.
    NEW = "new"
    OK = "ok"
    #: A temporary finding; the next attempt is known.
    RETRYING = "retrying"
    #: A finding that someone must act on.
    NEEDS_ACTION = "needs_action"
    PAUSED = "paused"


class Encryption(StrEnum):
    """How the connection is protected; each has its port."""

    SSL = "ssl"
    STARTTLS = "starttls"
    NONE = "none"

    @property
    def port(self) -> int:
        """The port that goes with it (RFC 8314, RFC 9051)."""
        return 993 if self is Encryption.SSL else 143


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a mailbox lives. A password is bound to all three."""

    host: str
    port: int
    encryption: Encryption

    def __str__(self) -> str:
        """`host:port/encryption`, the form in which a password is bound to a server."""
        return f"{self.host}:{self.port}/{self.encryption.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What it takes to open a mailbox."""

    server: Server
    username: str
    #: Empty where it signs in with a token.
    password: str = field(default="", repr=False)
    #: Where its tokens come from; None where it signs in with a password.
    bearer: Bearer | None = field(default=None, repr=False)
    #: The token that was taken from there; empty before.
    token: str = field(default="", repr=False)
    sign_in: SignIn = SignIn.PASSWORD
    #: SHA-256 fingerprints (hex, lower case, no colons) that an admin pinned for this host.
    pinned: tuple[str, ...] = ()
    #: Only public addresses and those in `allowed_hosts`: the host was named by staff.
    guarded: bool = True
    #: Hosts, `host:port` and networks inside the office that staff may name.
    allowed_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung of the ladder."""

    phase: Phase
    ok: bool
    ms: int
    #: What was found ("port 993 at 192.0.2.7"), or the server's words when it is red.
    detail: str

    def as_json(self) -> dict[str, object]:
        """As the command line promises it."""
        return {"phase": self.phase.value, "ok": self.ok, "ms": self.ms, "detail": self.detail}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Step":
        """The step that `as_json` wrote."""
        phase, ok, ms, detail = (stored[key] for key in ("phase", "ok", "ms", "detail"))
        return cls(phase=Phase(phase), ok=ok, ms=ms, detail=detail)


def with_step(steps: Iterable[Step], step: Step) -> list[Step]:
    """The steps with one more, which takes the place of an earlier one of its phase."""
    return [*(each for each in steps if each.phase is not step.phase), step]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The ladder, climbed until the first red step; live while `finished_at` is None."""

    id: int | None
    #: The mailbox's address.
    mailbox: str
    steps: tuple[Step, ...]
    finding: Finding | None
    finished_at: datetime | None
    #: Folder names as the server lists them; empty when it was not reached.
    folders: tuple[str, ...] = ()
    #: The certificate that was refused; None when it is not about one.
    certificate: Certificate | None = None
    #: What the first sync would bring; None when it was not counted.
    first_sync: "FirstSync | None" = None
    #: Of one that is watched; else None.
    started_at: datetime | None = None
    #: A person stopped it: that says nothing of the mailbox.
    stopped: bool = False

    @property
    def ok(self) -> bool:
        """True when every step was green."""
        return self.finished_at is not None and self.finding is None and not self.stopped

    def as_json(self) -> dict[str, object]:
        """As the command line promises it."""
        return {
            "mailbox": self.mailbox,
            "ok": self.ok,
            "steps": [step.as_json() for step in self.steps],
            "finding": self.finding.as_json() if self.finding else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSync:
    """What a first sync would bring, and whether it has room."""

    messages: int
    #: Bytes on the server; an estimate when the server cannot add them up itself.
    size_bytes: int
    free_bytes: int

    @property
    def fits(self) -> bool:
        """True when the disk has room for it, with a tenth to spare."""
        return self.size_bytes * 1.1 < self.free_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """A mailbox in a word: whose it is, and how it is."""

    id: int
    #: Lower case; the address its owner signs in with.
    address: str
    owner_name: str
    state: State
    #: A password was entered or a permission given; whether it opens the mailbox is found out by
    #: a test or a sync.
    configured: bool
    #: Whose permission it signs in with; None where it is a password, or nothing yet.
    app: AppKey | None
    finding: Finding | None
    #: The run that is going on now; None when none is.
    running: int | None
    #: What its incident shares with others, see `domain.incident.reach_of`.
    reach: str = ""
    last_attempt_at: datetime | None = None

    @property
    def awaits_first_sync(self) -> bool:
        """It was configured, and no sync came to its end yet; one may have been stopped."""
        return self.configured and self.state is State.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox(Glance):
    """A mailbox as the pages and the command line show it."""

    staff_id: int
    #: When the finding was first seen; None without one.
    finding_since: datetime | None
    #: How often the same failure came since then.
    failures: int
    #: Moves only when a run is committed.
    last_success_at: datetime | None
    #: None: it waits for a change or a person (or is paused, or new).
    next_attempt_at: datetime | None
    #: Messages stored and not removed on the server.
    messages: int
    #: The ladder of the last failed sync or check; empty when the last one was fine.
    ladder: tuple[Step, ...] = ()
