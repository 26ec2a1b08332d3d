"""Reading the log by the page, with each filter, from a log that holds a bit of everything."""

import random
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select

from mailboxadmin.domain.activity import Code, Entry, Level, Logged
from mailboxadmin.store.activity import add_entry, repeat_entry
from mailboxadmin.store.activity_pages import entries, id_before
from mailboxadmin.store.tables import ActivityRow
from tests.support.office import Office

CODES = (Code.SYNC_FINISHED, Code.SYNC_FAILED, Code.LOGIN_SUCCEEDED)
MESSAGES = ("three new", "slow to answer", "refused the password")
COUNT = 300


@pytest.fixture
def long_log(office: Office) -> list[Logged]:
    """Everything in the log, newest first."""
    chance, start = random.Random(7), office.clock.now()
    with office.deps.store.write() as db:
        for number in range(COUNT):
            entry = Entry(
                code=chance.choice(CODES),
                level=chance.choice(list(Level)),
                message=chance.choice(MESSAGES),
                mailbox_id=chance.choice((None, 1, 2)),
                actor="scheduler",
            )
            add_entry(db, entry, start + timedelta(minutes=number))
    with office.deps.store.read() as db:
        return entries(db, limit=COUNT * 2)


@pytest.mark.parametrize(
    ("mailbox_id", "codes", "minimum", "words"),
    list(
        product(
            (None, 1),
            (None, [Code.SYNC_FAILED], list(CODES[:2])),
            (Level.ROUTINE, Level.WARNING),
            ("", "slow"),
        )
    ),
)
def test_pages_together_are_what_the_filter_lets_through(
    office: Office, long_log, mailbox_id, codes, minimum, words
):
    wanted = [
        entry
        for entry in long_log
        if mailbox_id in (None, entry.mailbox_id)
        and (codes is None or entry.code in codes)
        and entry.level >= minimum
        and words in entry.message
    ]

    read, below = [], 2**62
    with office.deps.store.read() as db:
        while page := entries(
            db,
            mailbox_id=mailbox_id,
            codes=codes,
            minimum=minimum,
            words=words,
            below=below,
            limit=7,
        ):
            read, below = read + page, page[-1].id

    assert wanted
    assert read == wanted


def test_newer_ones_are_those_above_an_id(office: Office, long_log):
    with office.deps.store.read() as db:
        newer = entries(db, above=long_log[5].id, minimum=Level.ROUTINE)

    assert newer == long_log[:5]


def test_a_period_begins_at_an_instant(office: Office, long_log):
    with office.deps.store.read() as db:
        before = id_before(db, long_log[10].at)
        before_all = id_before(db, long_log[-1].at)
        of_all = id_before(db, long_log[0].at + timedelta(days=1))

    assert before == long_log[11].id
    assert before_all == 0
    assert of_all == long_log[0].id


def test_no_codes_at_all_is_nothing(office: Office, long_log):
    with office.deps.store.read() as db:
        assert entries(db, codes=[]) == []
        assert entries(db, codes=[], words="slow") == []


def test_a_repeated_failure_is_one_entry_at_the_top(office: Office):
    failed = Entry(code=Code.SYNC_FAILED, level=Level.ERROR, message="refused", actor="scheduler")
    other = Entry(code=Code.SYNC_FINISHED, message="3 new", actor="scheduler")
    first = office.clock.now()
    with office.deps.store.write() as db:
        entry_id = add_entry(db, failed, first)
        add_entry(db, other, first)
        repeat_entry(db, entry_id, failed, first + timedelta(minutes=5))

    with office.deps.store.read() as db:
        top, below = entries(db)
        found = entries(db, words="refused")
        count = len(list(db.scalars(select(ActivityRow.id))))

    assert (top.times, top.first_at, top.at) == (2, first, first + timedelta(minutes=5))
    assert below.message == "3 new"
    assert found == [top]
    assert count == 2
