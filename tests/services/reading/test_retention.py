"""Removed mail is deleted when the office wants it, after its owner was told, and nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from mailboxadmin.services.keeping.prune import prune
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.overview.activity import Filter, iter_entries
from mailboxadmin.services.reading import retention
from mailboxadmin.services.reading.index_mail import index_mail
from mailboxadmin.services.reading.mail_search import search_mail
from mailboxadmin.services.reading.retention import purge_removed, retention_notice
from mailboxadmin.store.tables_mail import (
    MessageBytesRow,
    MessageContentsRow,
    MessageRow,
    SearchEntryRow,
)
from tests.support.examined import letter, put


@pytest.fixture
def ann(office):
    """A mailbox of five messages, three of which were removed 40, 20 and 0 days ago."""
    mailbox_id = office.person("ann@example.org").mailbox_id
    put(office, mailbox_id, [letter(f"secret{n}") for n in range(5)])
    with office.deps.store.write() as db:
        for uid, days in ((1000, 40), (999, 20), (998, 0)):
            removed_at = office.clock.now() - timedelta(days=days)
            db.execute(
                update(MessageRow).where(MessageRow.uid == uid).values(removed_at=removed_at)
            )
    return mailbox_id


def keep(office, days):
    change_settings(office.deps, {"removed_retention_days": str(days)}, actor="test")


def uids(office):
    with office.deps.store.read() as db:
        return sorted(db.scalars(select(MessageRow.uid)))


def told(office, code="retention"):
    return [entry.message for entry in iter_entries(office.deps, Filter(code=code))]


def test_without_the_setting_nothing_is_ever_deleted(office, ann):
    office.clock.advance(days=3000)

    prune(office.deps)

    assert len(uids(office)) == 5
    assert told(office) == []
    assert retention_notice(office.deps, ann) is None


def test_the_owner_is_told_a_week_before(office, ann):
    keep(office, 30)
    before = retention_notice(office.deps, ann)
    purge_removed(office.deps)
    purge_removed(office.deps)
    office.clock.advance(days=6, hours=23)
    purge_removed(office.deps)

    assert len(uids(office)) == 5
    assert before.messages == 1
    assert told(office) == [
        "From 9 March 2026 on, mail that was removed on the server more than 30 days ago is "
        "deleted here for good; on that day 1 message."
    ]
    assert retention_notice(office.deps, ann).days == 30


def test_then_what_was_removed_long_ago_goes_with_all_there_is_of_it(office, ann):
    index_mail(office.deps)
    keep(office, 30)
    purge_removed(office.deps)
    office.clock.advance(days=7)

    assert purge_removed(office.deps) == 1

    assert uids(office) == [996, 997, 998, 999]
    with office.deps.store.read() as db:
        for table in (MessageBytesRow, MessageContentsRow, SearchEntryRow):
            ids = set(db.scalars(select(table.message_id)))
            assert ids <= set(db.scalars(select(MessageRow.id)))
    assert told(office, "retention.purged") == [
        "Deleted here for good, because removed on the server more than 30 days ago: 1 message."
    ]


def test_it_goes_on_day_after_day(office, ann):
    keep(office, 30)
    purge_removed(office.deps)
    office.clock.advance(days=11)

    assert purge_removed(office.deps) == 2
    office.clock.advance(days=20)
    assert purge_removed(office.deps) == 1
    assert uids(office) == [996, 997]
    assert retention_notice(office.deps, ann) is None


def test_in_bites(office, ann, monkeypatch):
    monkeypatch.setattr(retention, "BITE", 1)
    keep(office, 1)
    purge_removed(office.deps)
    office.clock.advance(days=9)

    assert purge_removed(office.deps) == 3


def test_fewer_days_are_told_anew_and_more_hold_at_once(office, ann):
    keep(office, 35)
    purge_removed(office.deps)
    office.clock.advance(days=7)
    keep(office, 10)
    assert purge_removed(office.deps) == 0
    keep(office, 3000)
    assert purge_removed(office.deps) == 0
    keep(office, 0)
    assert purge_removed(office.deps) == 0

    assert len(uids(office)) == 5
    assert len(told(office, "retention.announced")) == 2
    keep(office, 35)
    purge_removed(office.deps)
    assert len(told(office, "retention.announced")) == 3


def test_what_was_deleted_is_not_in_the_file_any_more(office, ann):
    with office.deps.store.read() as db:
        count = db.scalar(select(func.count()).select_from(MessageBytesRow))
    assert count == 5
    keep(office, 30)
    purge_removed(office.deps)
    office.clock.advance(days=7)
    purge_removed(office.deps)
    with office.deps.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    held = (office.deps.instance / "mailboxadmin.db").read_bytes()

    assert b"secret0" not in held
    assert b"secret4" in held


def test_it_is_found_no_more(office, ann):
    from mailboxadmin.domain.mail_query import parse
    from mailboxadmin.services.reading.examine import examine_messages

    examine_messages(office.deps)
    index_mail(office.deps)
    keep(office, 30)
    purge_removed(office.deps)
    office.clock.advance(days=7)
    purge_removed(office.deps)

    assert search_mail(office.deps, ann, parse("secret0")).hits == ()
    assert len(search_mail(office.deps, ann, parse("secret4")).hits) == 1
