"""Which messages the server is to be told are flagged, or no more."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from mailboxadmin.domain.filing import Kind
from mailboxadmin.domain.message import FLAGGED
from mailboxadmin.store.slices import slices
from mailboxadmin.store.tables_filing import ChangeRow
from mailboxadmin.store.tables_mail import MessageRow


def put_flags(
    db: Session, mailbox_id: int, ids: Sequence[int], *, flagged: bool, actor: str, now: datetime
) -> list[int]:
    """Show these as flagged or not, and have the server told; those shown otherwise before.

    Also what the server has so, as far as we know: it may just be hearing the opposite.
    """
    changed: list[int] = []
    for some in slices(ids):
        changed += db.scalars(
            update(MessageRow)
            .where(MessageRow.id.in_(some), MessageRow.flagged.is_(not flagged))
            .values(flagged=flagged)
            .returning(MessageRow.id)
        )
    for some in slices(changed):
        old = (ChangeRow.message_id.in_(some), ChangeRow.kind == Kind.FLAG)
        db.execute(delete(ChangeRow).where(*old))
    row = {"kind": Kind.FLAG.value, "mailbox_id": mailbox_id, "flagged": flagged}
    row |= {"made_at": now, "actor": actor}
    if changed:
        db.execute(insert(ChangeRow), [{"message_id": each, **row} for each in changed])
    return changed


def show_as_server(db: Session, ids: Iterable[int]) -> None:
    """Show these as flagged or not, as the server has them."""
    for some in slices(ids):
        rows = db.execute(select(MessageRow.id, MessageRow.flags).where(MessageRow.id.in_(some)))
        values = [{"id": row_id, "flagged": FLAGGED in text.split()} for row_id, text in rows]
        if values:
            db.execute(update(MessageRow), values)
