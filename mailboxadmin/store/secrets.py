"""Sealed secrets. What is in them is the vault's to know."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailboxadmin.store.tables import SecretRow

#: The name under which a mailbox's password is kept.
PASSWORD = "password"


def password_row(db: Session, mailbox_id: int) -> SecretRow | None:
    """The sealed password of a mailbox; None when none was ever entered."""
    query = select(SecretRow).where(SecretRow.mailbox_id == mailbox_id, SecretRow.name == PASSWORD)
    return db.scalars(query).one_or_none()


def is_configured(db: Session, mailbox_id: int) -> bool:
    """True once a password was entered; whether it opens the mailbox is for a sync to say."""
    return password_row(db, mailbox_id) is not None


def all_password_rows(db: Session) -> dict[int, SecretRow]:
    """The sealed passwords of all mailboxes, by mailbox."""
    query = select(SecretRow).where(SecretRow.name == PASSWORD, SecretRow.mailbox_id.is_not(None))
    return {row.mailbox_id: row for row in db.scalars(query) if row.mailbox_id is not None}


def put_password(db: Session, mailbox_id: int, sealed: bytes, bound_to: str, now: datetime) -> None:
    """Keep a password in place of the one before.

    Args:
        bound_to: `host:port/encryption` it was entered for.
    """
    row = password_row(db, mailbox_id)
    if row is None:
        row = SecretRow(mailbox_id=mailbox_id, name=PASSWORD)
        db.add(row)
    row.sealed, row.bound_to, row.created_at = sealed, bound_to, now
