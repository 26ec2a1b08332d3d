"""The outbox: clicks that the server has not been told yet, one row a message.

click --> row --> told --> settled      a click made meanwhile is another row, and stays
           `--> cannot be told --> given up, and the server's state is shown again

Which of these is decided in the services; here are the rows.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from mailboxadmin.domain.message import SEEN
from mailboxadmin.store.flags import flag_text
from mailboxadmin.store.slices import slices
from mailboxadmin.store.tables_mail import FolderRow, MessageRow, ReadChangeRow


class Click(NamedTuple):
    """A click that waits."""

    message_id: int
    folder_id: int
    #: The folder's name.
    folder: str
    #: None while the message waits to be found on the server.
    uid: int | None
    #: The Message-ID of its header.
    header_id: str | None
    #: The message is gone from the server.
    removed: bool
    #: What the person wants the server to show, and when that was said.
    seen: bool
    clicked_at: datetime
    #: What the server said last.
    server_seen: bool


class Waiting(NamedTuple):
    """How many clicks of a mailbox wait."""

    total: int
    #: Of those, on messages that were not found on the server yet.
    without_uid: int


def on_server(db: Session, ids: Iterable[int], *, seen: bool) -> list[tuple[int, int | None]]:
    """Id and UID of the messages about which such a click tells the server something.

    Not those that are gone from it, nor those that were so before: here, there, and in
    what it has still to be told.
    """
    found: list[tuple[int, int | None]] = []
    for some in slices(ids):
        rows = db.execute(
            select(MessageRow.id, MessageRow.uid)
            .outerjoin(ReadChangeRow, ReadChangeRow.message_id == MessageRow.id)
            .where(
                MessageRow.id.in_(some),
                MessageRow.removed_at.is_(None),
                or_(
                    MessageRow.seen.is_(not seen),
                    MessageRow.server_seen.is_(not seen),
                    ReadChangeRow.message_id.is_not(None),
                ),
            )
        )
        found.extend((message_id, uid) for message_id, uid in rows)
    return found


def put_clicks(
    db: Session, mailbox_id: int, ids: Sequence[int], *, seen: bool, actor: str, now: datetime
) -> None:
    """Have these wait; of each message only the latest click counts."""
    forget_clicks(db, ids)
    row = {"mailbox_id": mailbox_id, "seen": seen, "clicked_at": now, "actor": actor}
    if ids:
        db.execute(insert(ReadChangeRow), [{"message_id": each, **row} for each in ids])


def forget_clicks(db: Session, ids: Iterable[int]) -> None:
    """Nothing waits for these messages any more."""
    for some in slices(ids):
        db.execute(delete(ReadChangeRow).where(ReadChangeRow.message_id.in_(some)))


def waiting_clicks(
    db: Session, mailbox_id: int, *, folder_id: int | None = None, with_uid: bool = False
) -> list[Click]:
    """What waits, of one folder or of all, by folder and UID."""
    query = (
        select(
            MessageRow.id,
            MessageRow.folder_id,
            FolderRow.name,
            MessageRow.uid,
            MessageRow.message_id,
            MessageRow.removed_at.is_not(None),
            ReadChangeRow.seen,
            ReadChangeRow.clicked_at,
            MessageRow.server_seen,
        )
        .join(MessageRow, MessageRow.id == ReadChangeRow.message_id)
        .join(FolderRow, FolderRow.id == MessageRow.folder_id)
        .where(ReadChangeRow.mailbox_id == mailbox_id)
        .order_by(MessageRow.folder_id, MessageRow.uid, MessageRow.id)
    )
    if folder_id is not None:
        query = query.where(MessageRow.folder_id == folder_id)
    if with_uid:
        query = query.where(MessageRow.uid.is_not(None))
    return [Click(*row) for row in db.execute(query)]


def count_waiting(db: Session, mailbox_id: int) -> Waiting:
    """How many wait."""
    total, with_uid = db.execute(
        select(func.count(), func.count(MessageRow.uid))
        .select_from(ReadChangeRow)
        .join(MessageRow, MessageRow.id == ReadChangeRow.message_id)
        .where(ReadChangeRow.mailbox_id == mailbox_id, MessageRow.removed_at.is_(None))
    ).one()
    return Waiting(total=total, without_uid=total - with_uid)


def can_send(db: Session, mailbox_id: int, *, since: datetime | None = None) -> bool:
    """True when a click waits that can be sent; one of then or later, when `since` is given."""
    found = (
        select(ReadChangeRow.message_id)
        .join(MessageRow, MessageRow.id == ReadChangeRow.message_id)
        .where(
            ReadChangeRow.mailbox_id == mailbox_id,
            MessageRow.uid.is_not(None),
            MessageRow.removed_at.is_(None),
        )
    )
    if since is not None:
        found = found.where(ReadChangeRow.clicked_at >= since)
    return bool(db.scalar(select(exists(found))))


def settle(db: Session, told: Sequence[tuple[Click, frozenset[str]]]) -> None:
    """The server has these now, with these flags; what was clicked meanwhile waits on."""
    if not told:
        return
    db.execute(
        update(MessageRow),
        [
            {"id": click.message_id, "server_seen": SEEN in flags, "flags": flag_text(flags)}
            for click, flags in told
        ],
    )
    drop_clicks(db, [click for click, _ in told])


def drop_clicks(db: Session, clicks: Iterable[Click]) -> list[int]:
    """Let these wait no more, unless another click replaced them; the messages' ids."""
    dropped: list[int] = []
    for some in slices(clicks):
        told = {click.message_id: (click.seen, click.clicked_at) for click in some}
        rows = db.execute(
            select(ReadChangeRow.message_id, ReadChangeRow.seen, ReadChangeRow.clicked_at).where(
                ReadChangeRow.message_id.in_(told)
            )
        )
        same = [each for each, seen, clicked_at in rows if told[each] == (seen, clicked_at)]
        forget_clicks(db, same)
        dropped += same
    return dropped


def show_as_server(db: Session, ids: Iterable[int]) -> None:
    """Show these messages as the server has them."""
    for some in slices(ids):
        db.execute(
            update(MessageRow).where(MessageRow.id.in_(some)).values(seen=MessageRow.server_seen)
        )
