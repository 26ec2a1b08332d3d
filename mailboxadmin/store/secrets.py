"""Sealed secrets. What is in them is the vault's to know."""

from datetime import datetime

from sqlalchemy import ColumnElement, Exists, exists, select
from sqlalchemy.orm import Session

from mailboxadmin.store.grants import REFRESH_TOKEN
from mailboxadmin.store.tables import SecretRow

#: The name under which a mailbox's password is kept.
PASSWORD = "password"
#: Each of these opens a mailbox; a mailbox has one of them.
SIGN_INS = (PASSWORD, REFRESH_TOKEN)


def password_row(db: Session, mailbox_id: int) -> SecretRow | None:
    """The sealed password of a mailbox; None when none was ever entered."""
    query = select(SecretRow).where(SecretRow.mailbox_id == mailbox_id, SecretRow.name == PASSWORD)
    return db.scalars(query).one_or_none()


def sign_in_rows(db: Session, mailbox_id: int) -> list[SecretRow]:
    """What opens a mailbox, sealed."""
    theirs = SecretRow.mailbox_id == mailbox_id
    return list(db.scalars(select(SecretRow).where(theirs, SecretRow.name.in_(SIGN_INS))))


def sealed_sign_ins(db: Session) -> dict[int, list[bytes]]:
    """What opens each mailbox that has something to sign in with, sealed."""
    query = select(SecretRow.mailbox_id, SecretRow.sealed).where(SecretRow.name.in_(SIGN_INS))
    found: dict[int, list[bytes]] = {}
    for mailbox_id, sealed in db.execute(query):
        if mailbox_id is not None:
            found.setdefault(mailbox_id, []).append(sealed)
    return found


def is_configured(db: Session, mailbox_id: int) -> bool:
    """True once a password was entered or a permission given; a sync says whether it is good."""
    return bool(db.scalar(select(with_sign_in(SecretRow.mailbox_id == mailbox_id))))


def configured_mailboxes(db: Session) -> set[int | None]:
    """The mailboxes that have something to sign in with."""
    return set(db.scalars(select(SecretRow.mailbox_id).where(SecretRow.name.in_(SIGN_INS))))


def with_sign_in(which: ColumnElement[bool]) -> Exists:
    """Whether there is anything that one of those mailboxes signs in with."""
    return exists().where(which, SecretRow.name.in_(SIGN_INS))


def all_password_rows(db: Session) -> dict[int, SecretRow]:
    """The sealed passwords of all mailboxes, by mailbox."""
    query = select(SecretRow).where(SecretRow.name == PASSWORD, SecretRow.mailbox_id.is_not(None))
    return {row.mailbox_id: row for row in db.scalars(query) if row.mailbox_id is not None}


def all_passwords(db: Session) -> dict[int, tuple[bytes, str | None]]:
    """The sealed password of each mailbox, and the server it was entered for."""
    query = select(SecretRow.mailbox_id, SecretRow.sealed, SecretRow.bound_to).where(
        SecretRow.name == PASSWORD
    )
    rows = db.execute(query)
    return {mailbox: (sealed, bound) for mailbox, sealed, bound in rows if mailbox is not None}


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


def office_secret_row(db: Session, name: str) -> SecretRow | None:
    """A sealed secret of the office, by its settings key; None when it is not set."""
    query = select(SecretRow).where(SecretRow.mailbox_id.is_(None), SecretRow.name == name)
    return db.scalars(query).one_or_none()


def office_secret_names(db: Session) -> frozenset[str]:
    """The settings keys of the secrets that are set."""
    query = select(SecretRow.name).where(SecretRow.mailbox_id.is_(None))
    return frozenset(db.scalars(query))


def write_office_secret(db: Session, name: str, sealed: bytes | None, now: datetime) -> None:
    """Keep a secret of the office in place of the one before; None takes it away.

    That there is one row a name is kept here: to a constraint of SQL no two NULLs are alike.
    """
    row = office_secret_row(db, name)
    if sealed is None:
        if row is not None:
            db.delete(row)
        return
    if row is None:
        row = SecretRow(mailbox_id=None, name=name)
        db.add(row)
    row.sealed, row.created_at = sealed, now


def all_secret_rows(db: Session) -> list[SecretRow]:
    """Everything that is sealed, of mailboxes and of the office."""
    return list(db.scalars(select(SecretRow)))
