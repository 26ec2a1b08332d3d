"""Conversations joined in the database: whatever the order, and at the cost of the smaller one."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, select

from mailboxadmin.store.tables_mail import FolderRow, MessageRow
from mailboxadmin.store.threads import join_threads
from tests.support.office import Office

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
#: By message: its own link, and those that it names. 1 and 2 are one conversation, and so are 3
#: and 4; 5 makes them all one; 6 is alone.
LINKS = {1: (11, 10), 2: (12, 11), 3: (13, 20), 4: (14, 13), 5: (15, 20, 10), 6: (16,)}


@pytest.fixture
def mailbox_id(office: Office) -> int:
    """A mailbox with these messages, the last of which is gone from the server."""
    person = office.person("ann@example.org")
    assert person.mailbox_id is not None
    with office.deps.store.write() as db:
        folder = FolderRow(mailbox_id=person.mailbox_id, name="INBOX")
        db.add(folder)
        db.flush()
        for number in LINKS:
            db.add(message(person.mailbox_id, folder.id, number))
    return person.mailbox_id


def message(mailbox_id: int, folder_id: int, number: int) -> MessageRow:
    return MessageRow(
        id=number,
        mailbox_id=mailbox_id,
        folder_id=folder_id,
        uid=number,
        size=1,
        digest=b"",
        arrived_at=AT,
        seen=False,
        server_seen=False,
        removed_at=AT if number == 4 else None,
    )


def join(office: Office, mailbox_id: int, numbers: Sequence[int]) -> None:
    with office.deps.store.write() as db:
        join_threads(db, mailbox_id, {each: LINKS[each] for each in numbers})


def thread_of(office: Office) -> dict[int, int | None]:
    with office.deps.store.read() as db:
        rows = db.execute(select(MessageRow.id, MessageRow.thread_id))
        return {row.id: row.thread_id for row in rows}


@pytest.mark.parametrize("order", [*itertools.permutations((1, 2, 3, 4, 5))][::17], ids=str)
def test_who_belongs_together_is_so_in_whatever_order_they_are_looked_at(
    office: Office, mailbox_id: int, order: Sequence[int]
):
    join(office, mailbox_id, order[:2])
    join(office, mailbox_id, [*order[2:], 6])

    threads = thread_of(office)
    assert len({threads[each] for each in (1, 2, 3, 4, 5)}) == 1
    assert threads[6] not in (threads[1], None)


def test_the_smaller_one_joins_the_larger_one(office: Office, mailbox_id: int):
    join(office, mailbox_id, (1, 2))
    large = thread_of(office)[1]
    join(office, mailbox_id, (3,))

    join(office, mailbox_id, (5,))

    assert thread_of(office)[3] == large


def test_joining_looks_at_the_messages_of_the_conversation_only(office: Office, mailbox_id: int):
    asked: list[tuple[str, object]] = []
    join(office, mailbox_id, (1, 2, 3, 4))

    def note(_connection, _cursor, statement, parameters, _context, _many) -> None:
        if statement.startswith("UPDATE messages") and "messages.thread_id = ?" in statement:
            asked.append((statement, parameters))

    event.listen(office.deps.store.engine, "before_cursor_execute", note)
    join(office, mailbox_id, (5,))
    event.remove(office.deps.store.engine, "before_cursor_execute", note)

    with office.deps.store.read() as db:
        driver = db.connection()
        plans = [
            " ".join(str(row[3]) for row in driver.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", of))
            for one, of in asked
        ]
    assert plans == [
        f"SEARCH messages USING INDEX {index} (mailbox_id=? AND thread_id=?)"
        for index in ("ix_messages_conversation", "ix_messages_gone_conversation")
    ]
