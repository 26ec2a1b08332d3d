"""Flags as the server gives them, and what is shown of them.

    server_seen   what the server said last
    seen          what is shown: the same, unless a person clicked since
    flags         all that the server said last
    flagged       what is shown: the same, unless it is still to be told otherwise

A click on read or unread holds until the server's own flag changes; one that waits to be
sent there holds even then, until the server was told.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailboxadmin.domain.message import FLAGGED, SEEN
from mailboxadmin.store.changes import flags_that_wait
from mailboxadmin.store.slices import slices
from mailboxadmin.store.tables_mail import MessageRow, ReadChangeRow


@dataclass(slots=True, kw_only=True)
class Taken:
    """What the server's flags did to the messages of a folder."""

    #: Messages with other flags than before.
    changed: int = 0
    #: Of those, the ones that are shown as read or unread now because of that.
    shown: int = 0
    #: Messages that were marked here meanwhile, differently, and are to be sent: by what is
    #: wanted here, read or unread.
    conflicts: dict[bool, list[int]] = field(default_factory=lambda: {True: [], False: []})


class Clicked(NamedTuple):
    """Messages of which the server is still to be told something, by their ids."""

    #: That they were read, or not.
    seen: frozenset[int]
    #: That they are flagged, or not.
    flagged: frozenset[int]


def differing(
    db: Session, folder_id: int, flags: dict[int, frozenset[str]]
) -> dict[int, frozenset[str]]:
    """Those of the flags, by UID, that are not stored so."""
    found: dict[int, frozenset[str]] = {}
    for some in slices(flags):
        stored = db.execute(
            select(MessageRow.uid, MessageRow.flags).where(
                MessageRow.folder_id == folder_id, MessageRow.uid.in_(some)
            )
        )
        found |= {
            uid: flags[uid]
            for uid, text in stored
            if uid is not None and text != flag_text(flags[uid])
        }
    return found


def take_over(db: Session, folder_id: int, flags: dict[int, frozenset[str]]) -> Taken:
    """Keep the server's flags, by UID."""
    taken = Taken()
    for some in slices(flags):
        stored = db.execute(
            select(
                MessageRow.id,
                MessageRow.uid,
                MessageRow.flags,
                MessageRow.seen,
                MessageRow.server_seen,
                ReadChangeRow.seen,
            )
            .outerjoin(ReadChangeRow, ReadChangeRow.message_id == MessageRow.id)
            .where(MessageRow.folder_id == folder_id, MessageRow.uid.in_(some))
        )
        changes = [
            _change(taken, row_id, flags[uid], shown, server_seen, clicked)
            for row_id, uid, text, shown, server_seen, clicked in stored
            if uid is not None and text != flag_text(flags[uid])
        ]
        _show_flagged(db, changes)
        if changes:
            db.execute(update(MessageRow), changes)
        taken.changed += len(changes)
    return taken


def _change(
    taken: Taken,
    row_id: int,
    flags: frozenset[str],
    shown: bool,
    server_seen: bool,
    clicked: bool | None,
) -> dict[str, object]:
    seen = SEEN in flags
    change: dict[str, object] = {"id": row_id, "flags": flag_text(flags), "server_seen": seen}
    if seen == server_seen:
        return change
    if clicked is None:
        change["seen"] = seen
        taken.shown += shown != seen
    elif clicked != seen:
        taken.conflicts[clicked].append(row_id)
    return change


def _show_flagged(db: Session, changes: list[dict[str, object]]) -> None:
    """What the rows are to show, but where the server is still to be told of it."""
    waits = flags_that_wait(db, (int(str(change["id"])) for change in changes))
    for change in changes:
        if change["id"] not in waits:
            change["flagged"] = FLAGGED in str(change["flags"]).split()


def take_flags(row: MessageRow, flags: frozenset[str], clicked: Clicked) -> None:
    """The server's flags of one message, which it may have changed.

    Args:
        clicked: `clicked_among` some messages, this one among them.
    """
    seen = SEEN in flags
    if seen != row.server_seen and row.id not in clicked.seen:
        row.seen = seen
    if row.id not in clicked.flagged:
        row.flagged = FLAGGED in flags
    row.server_seen, row.flags = seen, flag_text(flags)


def clicked_among(db: Session, ids: Iterable[int]) -> Clicked:
    """Those of the messages of which the server is still to be told something."""
    wanted, seen = list(ids), set[int]()
    for some in slices(wanted):
        rows = select(ReadChangeRow.message_id).where(ReadChangeRow.message_id.in_(some))
        seen.update(db.scalars(rows))
    return Clicked(seen=frozenset(seen), flagged=flags_that_wait(db, wanted))


def flag_text(flags: frozenset[str]) -> str:
    """The flags as they are kept: sorted, separated by spaces."""
    # \Recent belongs to a session, not to a message (RFC 3501, 2.3.2).
    return " ".join(sorted(flags - {"\\Recent"}))
