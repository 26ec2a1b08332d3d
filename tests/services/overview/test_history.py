"""A mailbox and its past."""

from datetime import timedelta

import pytest

from mailboxadmin.domain.activity import Code
from mailboxadmin.domain.errors import NotFound
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.month import Health
from mailboxadmin.services.overview.history import read_history
from tests.support import states
from tests.support.office import Office
from tests.support.outcomes import REFUSED, fails, server_down, succeeds

SOMEWHERE = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)


def test_thirty_days_show_mail_trouble_and_changes(office: Office):
    ann = office.mailbox_at(SOMEWHERE)
    office.clock.advance(days=1)
    states.put_mail(office, ann.id, 4)
    office.clock.advance(days=1)
    for wrong, hours in ((server_down(), 1), (REFUSED, 5)):
        fails(office, ann.id, wrong)
        office.clock.advance(hours=hours)
        succeeds(office, ann.id)
        office.clock.advance(days=1)

    month = read_history(office.deps, ann.id).story.month

    assert [day.health for day in month.days[-6:]] == [
        Health.NONE,
        Health.NONE,
        Health.OK,
        Health.WAIT,
        Health.BAD,
        Health.NONE,
    ]
    assert [day.count for day in month.days[-6:]] == [0, 0, 4, 0, 0, 0]
    assert [day.changed for day in month.days[-6:]] == [False, True, False, False, False, False]
    assert (month.bad_days, month.trouble) == (2, timedelta(hours=6))


def test_what_is_broken_now_lasts_until_today(office: Office):
    ann = office.mailbox_at(SOMEWHERE)
    fails(office, ann.id, REFUSED)
    office.clock.advance(days=2)

    month = read_history(office.deps, ann.id).story.month

    assert [d.health for d in month.days[-4:]] == [Health.NONE, Health.BAD, Health.BAD, Health.BAD]
    assert month.trouble == timedelta(days=2)


def test_what_was_wrong_before_the_month_is_not_its_trouble(office: Office):
    ann = office.mailbox_at(SOMEWHERE)
    fails(office, ann.id, REFUSED)
    succeeds(office, ann.id)
    office.clock.advance(days=31)
    states.log(office, Code.MAILBOX_PAUSED, "Paused.", mailbox_id=ann.id)

    story = read_history(office.deps, ann.id).story

    assert story.month.bad_days == 0
    assert len(story.incidents) == 1


def test_a_mailbox_that_is_not_there_has_no_past(office: Office):
    with pytest.raises(NotFound):
        read_history(office.deps, 4711)
