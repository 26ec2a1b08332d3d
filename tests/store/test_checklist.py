"""What the checks ask costs the same however much mail there is."""

from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from mailboxadmin.store.checklist import WITHOUT_UID, without_uid
from mailboxadmin.store.folders import folder_id
from mailboxadmin.store.tables_mail import MessageRow
from tests.support import states
from tests.support.office import Office


def test_messages_without_uid_are_found_by_their_own_index(office: Office):
    query = WITHOUT_UID.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})

    with office.deps.store.read() as db:
        plan = [row[3] for row in db.execute(text(f"EXPLAIN QUERY PLAN {query}"))]

    assert plan == ["SCAN messages USING INDEX ix_messages_unmatched"]


def test_they_are_counted_by_folder_without_those_that_are_removed(office: Office):
    anna = office.person("anna@example.org").mailbox_id
    assert anna is not None
    states.put_mail(office, anna, 4)
    now = office.clock.now()
    with office.deps.store.write() as db:
        first, second, _, fourth = db.query(MessageRow).all()
        first.uid, second.removed_at = 7, now
        inbox = folder_id(db, anna, "INBOX")
        assert fourth.uid is None

    with office.deps.store.read() as db:
        assert without_uid(db) == [(anna, inbox, 2)]
