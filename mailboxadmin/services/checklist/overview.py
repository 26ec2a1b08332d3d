"""6 and 7, mailbox by mailbox: what is in force and where from, and how its read status is."""

from dataclasses import dataclass

from mailboxadmin.domain.effective import InForce
from mailboxadmin.domain.settings import SETTINGS
from mailboxadmin.services.checklist.answer import Point
from mailboxadmin.services.checklist.look import Box, Look
from mailboxadmin.services.checklist.suspicious import suspicious
from mailboxadmin.store import checklist as rows

#: What one wants to see at a glance; the others stand there when they are a mailbox's own.
SHOWN = (
    "imap_host",
    "imap_port",
    "imap_encryption",
    "folders",
    "check_every_minutes",
    "sync_read_status",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One mailbox."""

    box: Box
    #: By setting key: the value as text, and where it comes from.
    values: tuple[tuple[str, str, str], ...]
    suspicious: tuple[Point, ...]
    #: `sync_read_status` is on.
    pushes: bool
    #: Clicks that wait for the next sync.
    waiting: int
    without_uid: int
    #: Whether the server lets read status be changed; None while nobody asked.
    allowed: bool | None


def overview(look: Look) -> tuple[Line, ...]:
    """Every mailbox that has something to sign in with, or settings of its own."""
    with look.deps.store.read() as db:
        waiting = rows.waiting_by_mailbox(db)
    return tuple(
        Line(
            box=box,
            values=tuple(_values(box)),
            suspicious=tuple(suspicious(look, box)),
            pushes=box.effective.pushes_read_status,
            waiting=waiting.get(box.id, 0),
            without_uid=look.without_uid[box.id],
            allowed=box.allows_read_status,
        )
        for box in look.boxes
        if box.configured or box.own
    )


def _values(box: Box) -> list[tuple[str, str, str]]:
    keys = (*SHOWN, *(key for key in box.own if key not in SHOWN))
    return [(key, _text(key, box.effective.values[key]), _origin(box, key)) for key in keys]


def _text(key: str, in_force: InForce) -> str:
    return SETTINGS[key].format(in_force.value).replace("\n", ", ") or "–"


def _origin(box: Box, key: str) -> str:
    return box.effective.values[key].origin.value
