"""Folders and how far we are in each."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.folder import Cursor
from mailboxadmin.store.slices import slices
from mailboxadmin.store.tables_mail import FolderRow


def folder_id(db: Session, mailbox_id: int, name: str) -> int:
    """The folder's row, made when it is new."""
    row = _find(db, mailbox_id, name)
    if row is None:
        row = FolderRow(mailbox_id=mailbox_id, name=name)
        db.add(row)
        db.flush()
    return row.id


def name_of(db: Session, folder: int) -> str:
    """The folder's name."""
    return db.get_one(FolderRow, folder).name


def remembered(db: Session, mailbox_id: int, name: str) -> tuple[int, Cursor | None] | None:
    """The folder's row and how far we are in it; None before it was opened or looked for."""
    row = _find(db, mailbox_id, name)
    return (row.id, _cursor(row)) if row else None


def cursor_of(db: Session, folder: int) -> Cursor | None:
    """How far we are; None before the folder was first opened."""
    return _cursor(db.get_one(FolderRow, folder))


def cursors_by_name(db: Session, mailbox_id: int) -> dict[str, Cursor]:
    """How far we are in each folder of a mailbox that was ever opened."""
    rows = db.scalars(select(FolderRow).where(FolderRow.mailbox_id == mailbox_id))
    found = {row.name: _cursor(row) for row in rows}
    return {name: cursor for name, cursor in found.items() if cursor is not None}


def set_cursor(db: Session, folder: int, cursor: Cursor) -> None:
    """Remember how far we are."""
    row = db.get_one(FolderRow, folder)
    row.uid_validity = cursor.uid_validity
    row.last_uid = cursor.last_uid
    row.uid_next = cursor.uid_next
    row.highest_modseq = cursor.highest_modseq
    row.server_count = cursor.server_count
    row.selection = cursor.selection


def note_keeps_seen(db: Session, folder: int, keeps: bool) -> None:
    """Remember whether the server lets read status be changed there."""
    db.get_one(FolderRow, folder).keeps_seen = keeps


def keeps_seen(db: Session, folder: int) -> bool | None:
    """What is remembered of that; None before the folder was opened for it."""
    return db.scalar(select(FolderRow.keeps_seen).where(FolderRow.id == folder))


def folders_succeeded(db: Session, ids: Iterable[int], now: datetime) -> None:
    """These are up to date."""
    for some in slices(ids):
        db.execute(
            update(FolderRow)
            .where(FolderRow.id.in_(some))
            .values(last_success_at=now, finding=None)
        )


def folder_failed(db: Session, folder: int, finding: Finding) -> bool:
    """The folder could not be read; True when that is news."""
    row = db.get_one(FolderRow, folder)
    is_news = row.finding is None or row.finding["code"] != finding.code
    row.finding = finding.as_json()
    return is_news


def failed_folders(db: Session, mailbox_id: int) -> set[str]:
    """The names of those that could not be read."""
    failed = (FolderRow.mailbox_id == mailbox_id) & FolderRow.finding.is_not(None)
    return set(db.scalars(select(FolderRow.name).where(failed)))


def forget_findings(db: Session, mailbox_id: int) -> None:
    """Nothing is wrong with any folder: those that failed are read again, or no longer wanted."""
    db.execute(
        update(FolderRow)
        .where(FolderRow.mailbox_id == mailbox_id, FolderRow.finding.is_not(None))
        .values(finding=None)
    )


def _cursor(row: FolderRow) -> Cursor | None:
    if row.uid_validity is None:
        return None
    return Cursor(
        uid_validity=row.uid_validity,
        last_uid=row.last_uid,
        uid_next=row.uid_next,
        highest_modseq=row.highest_modseq,
        server_count=row.server_count,
        selection=row.selection,
    )


def _find(db: Session, mailbox_id: int, name: str) -> FolderRow | None:
    return db.scalar(
        select(FolderRow).where(FolderRow.mailbox_id == mailbox_id, FolderRow.name == name)
    )
