"""The way back: what a click changed, for an hour, and nothing else.

read, unread   shown as before; told to the server as any other click
flagged        the same
moved          waits still --> it waits no more, and the server never hears of it
done -------> the opposite move, from where the message is now
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mailboxadmin.domain.errors import NotFound
from mailboxadmin.domain.filing import Kind
from mailboxadmin.services.clicks.filing_within import file_within, flag_within, require_allowed
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.reading.messages import mark_within
from mailboxadmin.services.syncing.push_soon import push_soon
from mailboxadmin.store import undos
from mailboxadmin.store.messages_list import known_ids
from mailboxadmin.store.tables_inbox import UndoRow

#: The kind of a click on *read* or *unread*; the others are `domain.filing.Kind`.
SEEN_KIND = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """A click that can be taken back."""

    id: int
    #: `seen`, `flag` or `move`.
    kind: str
    #: What the messages were marked as.
    wanted: bool
    #: How many it changed.
    messages: int
    #: Where they were moved to; None when they were not.
    target: str | None


def remember(
    deps: Deps, db: Session, mailbox_id: int, ids: Sequence[int], kind: str, *, wanted: bool
) -> Undo | None:
    """A click on read, unread or a flag changed these."""
    if not ids:
        return None
    row = UndoRow(
        mailbox_id=mailbox_id,
        made_at=deps.clock.now(),
        kind=kind,
        wanted=wanted,
        messages=list(ids),
    )
    undos.put_undo(db, row)
    return _undo(row)


def remember_moves(
    deps: Deps, db: Session, mailbox_id: int, origins: Mapping[int, int], target: str
) -> Undo | None:
    """These were moved there from the folders of these ids."""
    if not origins:
        return None
    row = UndoRow(
        mailbox_id=mailbox_id,
        made_at=deps.clock.now(),
        kind=Kind.MOVE.value,
        wanted=True,
        messages=list(origins),
        target=target,
        origins=list(origins.values()),
    )
    undos.put_undo(db, row)
    return _undo(row)


def read_undo(deps: Deps, mailbox_id: int, undo_id: int) -> Undo | None:
    """The click of that number, when it can be taken back."""
    with deps.store.read() as db:
        row = undos.undo_row(db, mailbox_id, undo_id, deps.clock.now())
        return _undo(row) if row else None


def take_back(deps: Deps, mailbox_id: int, undo_id: int, *, actor: str) -> int:
    """Show what a click changed as it was before, and tell the server so; how many that are.

    Raises:
        NotFound: there is no such click, it was taken back, or it was long ago.
        InvalidInput: moving and flagging was switched off meanwhile.
    """
    with deps.store.write() as db:
        row = undos.undo_row(db, mailbox_id, undo_id, deps.clock.now())
        if row is None:
            raise NotFound("That can no longer be taken back.")
        changed = _take_back(db, deps, row, actor)
        db.delete(row)
    push_soon(deps, mailbox_id)
    return changed


def _take_back(db: Session, deps: Deps, row: UndoRow, actor: str) -> int:
    # Some may be gone for good meanwhile.
    there = known_ids(db, row.mailbox_id, row.messages)
    if row.kind == SEEN_KIND:
        back = not row.wanted
        marked = mark_within(db, deps, row.mailbox_id, sorted(there), seen=back, actor=actor)
        return marked.changed
    require_allowed(db, deps, row.mailbox_id)
    if row.kind == Kind.FLAG:
        back = not row.wanted
        return len(flag_within(db, deps, row.mailbox_id, sorted(there), flagged=back, actor=actor))
    origins = zip(row.messages, row.origins or (), strict=True)
    targets = {each: folder for each, folder in origins if each in there}
    words = "moved back"
    return len(file_within(db, deps, row.mailbox_id, targets, wish=words, actor=actor))


def _undo(row: UndoRow) -> Undo:
    return Undo(
        id=row.id,
        kind=row.kind,
        wanted=row.wanted,
        messages=len(row.messages),
        target=row.target,
    )
