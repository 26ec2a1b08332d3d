"""Permissions and their tokens, sealed; both change in one transaction."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.people import Standing
from mailboxadmin.store.overwriting import overwriting
from mailboxadmin.store.tables import MailboxRow, SecretRow, StaffRow
from mailboxadmin.store.tables_oauth import EndedGrantRow, GrantRow

#: The names under which a mailbox's tokens are kept.
ACCESS_TOKEN = "access_token"
REFRESH_TOKEN = "refresh_token"


def grant_row(db: Session, mailbox_id: int) -> GrantRow | None:
    """The permission of a mailbox; None when there is none."""
    return db.get(GrantRow, mailbox_id)


def all_grants(db: Session) -> dict[int, GrantRow]:
    """The permissions of all mailboxes, by mailbox."""
    return {row.mailbox_id: row for row in db.scalars(select(GrantRow))}


def sealed_token(db: Session, mailbox_id: int, name: str) -> bytes | None:
    """A token as it is kept; None when there is none."""
    query = select(SecretRow.sealed).where(
        SecretRow.mailbox_id == mailbox_id, SecretRow.name == name
    )
    return db.scalar(query)


def put_token(db: Session, mailbox_id: int, name: str, sealed: bytes, now: datetime) -> None:
    """Keep a token in place of the one before."""
    query = select(SecretRow).where(SecretRow.mailbox_id == mailbox_id, SecretRow.name == name)
    row = db.scalars(query).one_or_none()
    if row is None:
        row = SecretRow(mailbox_id=mailbox_id, name=name)
        db.add(row)
    row.sealed, row.created_at = sealed, now


def drop_grant(db: Session, mailbox_id: int) -> None:
    """Forget a permission and its tokens."""
    db.execute(delete(GrantRow).where(GrantRow.mailbox_id == mailbox_id))
    drop_secrets(db, mailbox_id, (ACCESS_TOKEN, REFRESH_TOKEN))


def drop_secrets(db: Session, mailbox_id: int, names: Iterable[str]) -> None:
    """Forget what a mailbox signed in with, and overwrite it."""
    theirs = SecretRow.mailbox_id == mailbox_id
    with overwriting(db):
        db.execute(delete(SecretRow).where(theirs, SecretRow.name.in_(names)))


def due_for_refresh(db: Session, now: datetime) -> list[tuple[int, str]]:
    """The mailboxes whose token is to be renewed, and with which app.

    Paused ones too, but none of who is shut out.
    """
    query = (
        select(GrantRow.mailbox_id, GrantRow.app)
        .join(MailboxRow, MailboxRow.id == GrantRow.mailbox_id)
        .join(StaffRow, StaffRow.id == MailboxRow.staff_id)
        .where(GrantRow.next_refresh_at <= now, StaffRow.standing != Standing.DISABLED.value)
        .order_by(GrantRow.next_refresh_at)
    )
    return [(mailbox_id, app) for mailbox_id, app in db.execute(query)]


def connected_to(db: Session, app: str) -> list[GrantRow]:
    """The permissions that go with one OAuth app."""
    return list(db.scalars(select(GrantRow).where(GrantRow.app == app)))


def note_ended(db: Session, grant: GrantRow, code: str, now: datetime) -> None:
    """Remember at which age a permission was ended."""
    db.add(
        EndedGrantRow(
            mailbox_id=grant.mailbox_id,
            app=grant.app,
            code=code,
            connected_at=grant.connected_at,
            ended_at=now,
        )
    )


def ended_grants(db: Session, app: str, since: datetime) -> list[EndedGrantRow]:
    """The permissions of one OAuth app that the provider ended since then."""
    query = select(EndedGrantRow).where(EndedGrantRow.app == app, EndedGrantRow.ended_at >= since)
    return list(db.scalars(query))
