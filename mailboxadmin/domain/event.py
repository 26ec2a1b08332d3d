"""What was done that may matter to a mailbox, read from the lines of the log.

A line of the log speaks in its own words; here it is taken apart again: who, what of
whose, from which value to which. Values of secrets are never taken over.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from mailboxadmin.domain.activity import Code, Logged
from mailboxadmin.domain.settings import SETTINGS, Group


class Lane(StrEnum):
    """What kind of thing it was; each has a lane of its own on the strip."""

    CHANGE = "change"
    TOKEN = "token"
    SCHEDULER = "scheduler"


#: Done to one mailbox.
OWN_CODES = (
    Code.MAILBOX_CONFIGURED,
    Code.MAILBOX_PAUSED,
    Code.MAILBOX_RESUMED,
    Code.STAFF_DISABLED,
    Code.STAFF_ENABLED,
)
#: Done to a mail server, whichever mailbox it was done from.
HOST_CODES = (Code.CERTIFICATE_TRUSTED, Code.CERTIFICATE_UNTRUSTED)
#: The token's life; by its text, as the outside is promised it.
TOKEN_CODES = (
    "oauth.connected",
    "oauth.refreshed",
    "oauth.refresh_failed",
    "oauth.expiring",
    "oauth.disconnected",
)
_CHANGES = frozenset(
    {Code.MAILBOX_CONFIGURED, Code.SETTINGS_CHANGED, *HOST_CODES, "oauth.connected"}
)
#: A token that was renewed in time: many a day, and nothing was done.
ROUTINE_CODE = "oauth.refreshed"
#: What is read from the mail server, and how, follows from these.
_GROUPS = frozenset({Group.SERVER, Group.FOLDERS, Group.SYNC})
_SERVER_KEYS = frozenset(key for key, each in SETTINGS.items() if each.group is Group.SERVER)
_LABELS = {"username": "Name at sign-in", "password": "Password"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One value that was changed."""

    key: str
    label: str
    #: As text, with its unit; empty when nothing was set, and of a secret always.
    before: str
    after: str
    #: Its value is not to be shown.
    secret: bool = False

    @property
    def personal(self) -> bool:
        """Each mailbox may have its own, so that its owner knows the office's too."""
        return self.key not in SETTINGS or SETTINGS[self.key].personal


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to a mailbox, other than a sync."""

    at: datetime
    lane: Lane
    #: An activity code.
    code: str
    #: A person's address, `scheduler` or `command line`.
    actor: str
    #: The log's own sentence.
    message: str
    facts: tuple[Fact, ...] = ()
    #: Of a certificate: the server it was trusted for; else empty.
    host: str = ""
    #: Saved although it was not tried.
    untested: bool = False
    #: Of a standstill: when the scheduler had last looked; else None.
    since: datetime | None = None

    @property
    def is_change(self) -> bool:
        """What the mailbox is read with is another since; a pause, say, changes nothing of it."""
        return self.code in _CHANGES


def event_of(entry: Logged) -> Event:
    """A line of the log, taken apart."""
    changes = entry.detail.get("changes")
    return Event(
        at=entry.at,
        lane=Lane.TOKEN if entry.code in TOKEN_CODES else Lane.CHANGE,
        code=entry.code,
        actor=entry.actor,
        message=entry.message,
        facts=tuple(_fact(key, change) for key, change in (changes or {}).items()),
        host=str(entry.detail.get("host") or ""),
        untested=bool(entry.detail.get("untested")),
    )


def _fact(key: str, change: Mapping[str, str]) -> Fact:
    known = SETTINGS.get(key)
    secret = key == "password" or key.endswith(("_secret", "_password"))
    return Fact(
        key=key,
        label=known.full_label if known else _LABELS.get(key, key.replace("_", " ").capitalize()),
        before="" if secret else _value(key, change.get("before", "")),
        after="" if secret else _value(key, change.get("after", "")),
        secret=secret,
    )


def _value(key: str, text: str) -> str:
    unit = SETTINGS[key].unit if key in SETTINGS else ""
    said = ", ".join(text.splitlines())
    return f"{said} {unit}" if said and unit else said


def own_keys_at(
    at: datetime, own_now: Iterable[str], configured: Iterable[Event]
) -> frozenset[str]:
    """The settings that a mailbox had of its own: what was changed since then is taken back.

    Args:
        own_now: the keys of those it has now.
        configured: every time they were changed.
    """
    own = set(own_now)
    later = (event for event in configured if event.at > at)
    for event in sorted(later, key=lambda event: event.at, reverse=True):
        for fact in event.facts:
            (own.add if fact.before else own.discard)(fact.key)
    return frozenset(own)


def touching(event: Event, own: Set[str], *, known_domain: bool, provider: str) -> Event | None:
    """A change of the office's settings with only what it changed for a mailbox; None: nothing.

    Args:
        own: the settings that the mailbox had of its own at that time.
        known_domain: its address names the provider, so that no office server holds for it.
        provider: the key of whoever runs its server; empty when that is not known.
    """
    has_server = known_domain or "imap_host" in own
    facts = tuple(
        fact
        for fact in event.facts
        if fact.key not in own
        and not (has_server and fact.key in _SERVER_KEYS)
        and _is_about_mail(fact.key, provider)
    )
    return replace(event, facts=facts) if facts else None


def _is_about_mail(key: str, provider: str) -> bool:
    if key in SETTINGS and SETTINGS[key].app is None:
        return SETTINGS[key].group in _GROUPS or key == "allowed_internal_hosts"
    return bool(provider) and key.startswith(f"{provider}_")
