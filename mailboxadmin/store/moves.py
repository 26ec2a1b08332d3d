"""Messages on their way to another folder: where they are wanted, and where they are.

A row of `messages` says where the server has a message; where it is shown says the move that
waits. So a sync is never wrong about the server, and a page never about the person.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from mailboxadmin.domain.filing import Asked, Kind, must_move
from mailboxadmin.store.changes import Change
from mailboxadmin.store.presence import forget_uids
from mailboxadmin.store.slices import slices
from mailboxadmin.store.tables_filing import ChangeRow
from mailboxadmin.store.tables_mail import FolderRow, MessageRow


class Moving(NamedTuple):
    """A message that is shown in another folder than the server has it in."""

    message_id: int
    folder_id: int
    target_id: int
    seen: bool


class Placed(NamedTuple):
    """Where a message is now on the server."""

    change: Change
    folder_id: int
    #: None while its number there is not known.
    uid: int | None


def moving(db: Session, mailbox_id: int) -> list[Moving]:
    """What is on its way in a mailbox; seldom much."""
    rows = db.execute(
        select(MessageRow.id, MessageRow.folder_id, ChangeRow.target_id, MessageRow.seen)
        .join(ChangeRow, ChangeRow.message_id == MessageRow.id)
        .where(
            ChangeRow.mailbox_id == mailbox_id,
            ChangeRow.kind == Kind.MOVE,
            ChangeRow.failed_at.is_(None),
            MessageRow.folder_id != ChangeRow.target_id,
        )
    )
    return [Moving(row[0], row[1], row[2] or 0, row[3]) for row in rows]


def put_moves(
    db: Session, mailbox_id: int, targets: Mapping[int, int], *, actor: str, now: datetime
) -> dict[int, int]:
    """Show messages in these folders, by their ids, and have the server told.

    Gives the folder in which each was shown before; those that were there already are left
    out. A message that comes back before the server was asked waits no more.
    """
    shown: dict[int, int] = {}
    fresh: list[int] = []
    for some in slices(targets):
        for row_id, lies_in, change in _with_changes(db, some):
            target, before = targets[row_id], _shown_in(lies_in, change)
            if before != target:
                shown[row_id] = before
            if not must_move(lies_in=lies_in, wanted=target, asked=_asked(change)):
                if change is not None:
                    db.delete(change)
            elif change is None:
                fresh.append(row_id)
            else:
                _want(change, target, actor, now)
    db.flush()
    row = {"kind": Kind.MOVE.value, "mailbox_id": mailbox_id, "made_at": now, "actor": actor}
    if fresh:
        values = [{"message_id": each, "target_id": targets[each], **row} for each in fresh]
        db.execute(insert(ChangeRow), values)
    return shown


def shown_folders(db: Session, ids: Iterable[int]) -> dict[int, int]:
    """In which folder each of these messages is shown."""
    return {
        row_id: _shown_in(lies_in, change)
        for some in slices(ids)
        for row_id, lies_in, change in _with_changes(db, some)
    }


def note_asked(
    db: Session, changes: Sequence[Change], *, uid_validity: int, uid_next: int | None
) -> list[Change]:
    """The server is about to be asked to move these; those that nobody took back meanwhile."""
    known = {change.message_id: change for change in changes}
    going: list[Change] = []
    for some in slices(known):
        rows = db.scalars(
            select(ChangeRow).where(ChangeRow.message_id.in_(some), ChangeRow.kind == Kind.MOVE)
        )
        for row in rows:
            change = known[row.message_id]
            if row.failed_at is None and row.target_id == change.target_id:
                row.asked_id, row.asked_validity = row.target_id, uid_validity
                row.asked_uid_next = uid_next
                going.append(change)
    return going


def forget_asked(db: Session, changes: Iterable[Change]) -> None:
    """It is known that the server did not move these: they wait as before."""
    for some in slices(change.message_id for change in changes):
        db.execute(
            update(ChangeRow)
            .where(ChangeRow.message_id.in_(some), ChangeRow.kind == Kind.MOVE)
            .values(asked_id=None, asked_validity=None, asked_uid_next=None)
        )


def settle_places(db: Session, placed: Sequence[Placed]) -> None:
    """These are there now on the server; what is wanted elsewhere meanwhile waits on."""
    for each in placed:
        _make_room(db, each)
        row = db.get_one(MessageRow, each.change.message_id)
        row.folder_id, row.uid, row.removed_at = each.folder_id, each.uid, None
        wish = db.get(ChangeRow, (each.change.message_id, Kind.MOVE.value))
        if wish is None:
            continue
        wish.asked_id = wish.asked_validity = wish.asked_uid_next = None
        if wish.target_id == each.folder_id:
            db.delete(wish)
    db.flush()


def hold_validity(db: Session, folder_id: int, uid_validity: int) -> bool:
    """Whether UIDs of this UIDVALIDITY are the folder's; of one that is not synced they are."""
    row = db.get_one(FolderRow, folder_id)
    if row.uid_validity != uid_validity and not row.last_uid:
        # Nothing but what was moved there is known of it, by numbers that mean nothing now.
        forget_uids(db, folder_id)
        row.uid_validity = uid_validity
    return row.uid_validity == uid_validity


def digests_at(db: Session, folder_id: int, uids: Iterable[int]) -> dict[int, bytes]:
    """The digests of the messages that we have under these UIDs."""
    found: dict[int, bytes] = {}
    for some in slices(uids):
        rows = db.execute(
            select(MessageRow.uid, MessageRow.digest).where(
                MessageRow.folder_id == folder_id, MessageRow.uid.in_(some)
            )
        )
        found |= {uid: digest for uid, digest in rows if uid is not None}
    return found


def _make_room(db: Session, placed: Placed) -> None:
    """A row that has this place is the same message, fetched there: ours has the history."""
    if placed.uid is not None:
        db.execute(
            delete(MessageRow).where(
                MessageRow.folder_id == placed.folder_id,
                MessageRow.uid == placed.uid,
                MessageRow.id != placed.change.message_id,
            )
        )


def _with_changes(db: Session, ids: Sequence[int]) -> list[tuple[int, int, ChangeRow | None]]:
    rows = db.execute(
        select(MessageRow.id, MessageRow.folder_id, ChangeRow)
        .outerjoin(
            ChangeRow,
            (ChangeRow.message_id == MessageRow.id) & (ChangeRow.kind == Kind.MOVE.value),
        )
        .where(MessageRow.id.in_(ids))
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _shown_in(lies_in: int, change: ChangeRow | None) -> int:
    waits = change is not None and change.failed_at is None
    return change.target_id if waits and change and change.target_id else lies_in


def _want(change: ChangeRow, target: int, actor: str, now: datetime) -> None:
    change.target_id, change.made_at, change.actor = target, now, actor
    change.failed_at = change.reason = None


def _asked(change: ChangeRow | None) -> Asked | None:
    if change is None or change.asked_id is None or change.asked_validity is None:
        return None
    return Asked(
        folder_id=change.asked_id,
        uid_validity=change.asked_validity,
        uid_next=change.asked_uid_next,
    )
