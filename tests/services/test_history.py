"""A mailbox and its past."""

from datetime import timedelta

import pytest

from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.errors import NotFound
from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.history import Health, read_history
from tests.support import states
from tests.support.office import Office


def test_thirty_days_show_mail_trouble_and_changes(office: Office):
    mailbox_id = states.put(office, states.somebody(office, "Anna"), State.OK)
    states.put_mail(office, mailbox_id, 4, hours_ago=24 * 3)
    day = 24 * 60
    states.log(office, Code.MAILBOX_CONFIGURED, "x", mailbox_id=mailbox_id, minutes_ago=day * 5)
    for level, days in ((Level.ERROR, 2), (Level.WARNING, 1), (Level.INFO, 4)):
        states.log(
            office,
            Code.SYNC_FAILED,
            "x",
            level=level,
            mailbox_id=mailbox_id,
            minutes_ago=day * days,
        )

    days = read_history(office.deps, mailbox_id).days[-6:]

    assert [d.health for d in days] == [
        Health.NONE,
        Health.NONE,
        Health.OK,
        Health.BAD,
        Health.WAIT,
        Health.NONE,
    ]
    assert [d.count for d in days] == [0, 0, 4, 0, 0, 0]
    assert [d.changed for d in days] == [True, False, False, False, False, False]


def test_what_is_broken_now_lasts_until_today(office: Office):
    mailbox_id = states.put(
        office,
        states.somebody(office, "Anna"),
        State.NEEDS_ACTION,
        states.finding(),
    )
    since = office.clock.now() - timedelta(days=2)
    states.put(
        office,
        states.somebody(office, "Ben"),
        State.NEEDS_ACTION,
        states.finding(),
        finding_since=since,
    )

    ben = read_history(office.deps, mailbox_id + 1)

    assert [d.health for d in ben.days[-4:]] == [Health.NONE, Health.BAD, Health.BAD, Health.BAD]


def test_the_last_change_before_it_broke_is_named(office: Office):
    mailbox_id = states.put(
        office, states.somebody(office, "Anna"), State.NEEDS_ACTION, states.finding()
    )
    for minutes, words in ((90, "before"), (30, "after")):
        states.log(
            office, Code.MAILBOX_CONFIGURED, words, mailbox_id=mailbox_id, minutes_ago=minutes
        )

    change = read_history(office.deps, mailbox_id).last_change

    assert change is not None
    assert change.message == "before"


def test_a_mailbox_that_is_not_there_has_no_past(office: Office):
    with pytest.raises(NotFound):
        read_history(office.deps, 4711)
