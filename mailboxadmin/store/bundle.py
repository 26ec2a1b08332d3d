"""What a support bundle asks of the tables: whom to cover, and the ladders."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailboxadmin.store.tables import MailboxRow, StaffRow


def people_of_all(db: Session) -> list[tuple[int, str, str]]:
    """Id, address and name of everybody, in the order in which they were added."""
    query = select(StaffRow.id, StaffRow.email, StaffRow.name).order_by(StaffRow.id)
    return [(staff_id, email, name) for staff_id, email, name in db.execute(query)]


def logins_of_all(db: Session) -> dict[int, list[str]]:
    """The names at sign-in that are not the address, by person."""
    found: dict[int, list[str]] = defaultdict(list)
    query = select(MailboxRow.staff_id, MailboxRow.username).where(MailboxRow.username.is_not(None))
    for staff_id, username in db.execute(query):
        found[staff_id].append(username or "")
    return found


def ladders_of_all(db: Session) -> dict[int, list[dict[str, Any]]]:
    """The rungs of the last failed run or test, by mailbox."""
    query = select(MailboxRow.id, MailboxRow.ladder).where(MailboxRow.ladder.is_not(None))
    return {mailbox_id: ladder for mailbox_id, ladder in db.execute(query) if ladder}
