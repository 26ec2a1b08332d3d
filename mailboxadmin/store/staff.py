"""The staff's rows: who is there, who is an admin, and the mailbox that goes with a person."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.people import Person, Role, Standing
from mailboxadmin.store.tables import ActivityRow, MailboxRow, StaffRow


def list_people(db: Session) -> list[Person]:
    """Everybody, by address."""
    return [_person(found) for found in db.execute(_people())]


def find_person(db: Session, staff_id: int) -> Person | None:
    """The person of that id."""
    return _one(db, _people().where(StaffRow.id == staff_id))


def find_person_by_email(db: Session, email: str) -> Person | None:
    """The person of that address, given in lower case."""
    return _one(db, _people().where(StaffRow.email == email))


def person_of_mailbox(db: Session, mailbox_id: int) -> Person:
    """Whose mailbox that is, which there is."""
    return _person(db.execute(_people().where(MailboxRow.id == mailbox_id)).one())


def staff_row(db: Session, staff_id: int) -> StaffRow | None:
    """The row of that person, to be changed inside a write transaction."""
    return db.get(StaffRow, staff_id)


def staff_row_by_email(db: Session, email: str) -> StaffRow | None:
    """The row of that address, given in lower case."""
    return db.scalar(select(StaffRow).where(StaffRow.email == email))


def add_staff_row(
    db: Session, *, email: str, name: str, role: Role, password_hash: str | None, now: datetime
) -> int:
    """Write a new person; the id. Without a password they stand as invited."""
    standing = Standing.ACTIVE if password_hash else Standing.INVITED
    row = StaffRow(
        email=email,
        name=name,
        role=role.value,
        standing=standing.value,
        password_hash=password_hash,
        created_at=now,
    )
    db.add(row)
    db.flush()
    return row.id


def delete_person(db: Session, who: Person) -> None:
    """Delete somebody, what hangs on them, and what the log tells of their comings and goings.

    Lines about their mailbox go, too: its number may be another's one day.
    """
    mine = (ActivityRow.actor == who.email) & ActivityRow.code.startswith("login.")
    if who.mailbox_id is not None:
        mine |= ActivityRow.mailbox_id == who.mailbox_id
    db.execute(delete(ActivityRow).where(mine))
    db.execute(delete(StaffRow).where(StaffRow.id == who.id))


def count_admins(db: Session, *standings: Standing) -> int:
    """How many admins stand in one of these ways."""
    wanted = [standing.value for standing in standings]
    query = select(func.count()).where(
        StaffRow.role == Role.ADMIN.value, StaffRow.standing.in_(wanted)
    )
    return db.scalar(query) or 0


def mailbox_of(db: Session, staff_id: int) -> int | None:
    """The id of that person's mailbox, if there is one."""
    return db.scalar(select(MailboxRow.id).where(MailboxRow.staff_id == staff_id))


def ensure_mailbox(db: Session, staff_id: int, now: datetime) -> int:
    """The id of that person's mailbox, which is made as `new` when there is none."""
    mailbox_id = mailbox_of(db, staff_id)
    if mailbox_id is not None:
        return mailbox_id
    row = MailboxRow(staff_id=staff_id, created_at=now)
    db.add(row)
    db.flush()
    return row.id


def _people() -> Select:  # its parameters differ between 2.0 and 2.1
    return (
        select(StaffRow, MailboxRow.id.label("mailbox_id"))
        .outerjoin(MailboxRow, MailboxRow.staff_id == StaffRow.id)
        .order_by(StaffRow.email)
    )


def _one(db: Session, query: Select) -> Person | None:
    found = db.execute(query).first()
    return _person(found) if found else None


def _person(found: Row[Any]) -> Person:
    row: StaffRow = found.StaffRow
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        standing=Standing(row.standing),
        mailbox_id=found.mailbox_id,
        created_at=row.created_at,
        last_login_at=row.last_login_at,
    )
