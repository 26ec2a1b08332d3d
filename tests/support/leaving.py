"""People who leave, and what is left of them, for tests."""

from sqlalchemy import func, select

from mailboxadmin.domain.people import Person
from mailboxadmin.store.base import Base
from mailboxadmin.store.tables_mail import MessageRow
from tests.support import inbox
from tests.support.office import Office


def somebody_with_mail(office: Office, name: str = "Anna Keller") -> Person:
    person = inbox.reader(office, name)
    inbox.fill(office, person, [inbox.letter(each, to=person.email) for each in ("one", "two")])
    return person


def messages_of(office: Office, person: Person) -> int:
    with office.deps.store.read() as db:
        query = select(func.count()).where(MessageRow.mailbox_id == person.mailbox_id)
        return db.scalar(query) or 0


def named(office: Office, email: str) -> dict[str, list[str]]:
    """The tables in which the address still stands; of the log its codes."""
    found: dict[str, list[str]] = {}
    with office.deps.store.read() as db:
        for table in Base.metadata.sorted_tables:
            for row in db.execute(select(table)):
                if email in repr(row):
                    found.setdefault(table.name, []).append(getattr(row, "code", ""))
    return found


def ids_left(office: Office, mailbox_id: int) -> set[str]:
    """The tables in which the number of the mailbox still stands."""
    tables = [each for each in Base.metadata.sorted_tables if "mailbox_id" in each.columns]
    with office.deps.store.read() as db:
        return {
            table.name
            for table in tables
            if db.execute(select(table).where(table.c.mailbox_id == mailbox_id)).first()
        }
