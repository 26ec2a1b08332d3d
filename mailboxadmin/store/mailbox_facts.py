"""What was last found out about a mailbox besides its mail: its folders, how often mail comes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailboxadmin.store.tables_watch import MailboxFactsRow


def note_listed(db: Session, mailbox_id: int, names: Sequence[str], now: datetime) -> None:
    """Remember the folders that the server listed."""
    row = _row(db, mailbox_id)
    row.listed_folders, row.listed_at = list(names), now


def listed_folders(db: Session, mailbox_id: int) -> list[str] | None:
    """The folders as they were listed last; None while nobody asked."""
    query = select(MailboxFactsRow.listed_folders).where(MailboxFactsRow.mailbox_id == mailbox_id)
    return db.scalar(query)


def note_usual_gap(db: Session, mailbox_id: int, seconds: int | None) -> None:
    """Remember the usual time between two messages; None with too few of them."""
    _row(db, mailbox_id).usual_gap_s = seconds


def usual_gaps(db: Session) -> dict[int, int]:
    """The usual times between two messages in seconds, by mailbox."""
    query = select(MailboxFactsRow.mailbox_id, MailboxFactsRow.usual_gap_s).where(
        MailboxFactsRow.usual_gap_s.is_not(None)
    )
    return {mailbox_id: gap for mailbox_id, gap in db.execute(query) if gap is not None}


def _row(db: Session, mailbox_id: int) -> MailboxFactsRow:
    row = db.get(MailboxFactsRow, mailbox_id)
    if row is None:
        row = MailboxFactsRow(mailbox_id=mailbox_id)
        db.add(row)
    return row
