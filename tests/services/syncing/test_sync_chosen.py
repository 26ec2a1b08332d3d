"""Which messages the settings want of a folder: exactly those, and the others when they change."""

from datetime import timedelta

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.run import Counts, Outcome
from mailboxadmin.services.office.settings import change_settings
from tests.services.clicking import SEEN
from tests.services.crash_scenes import letter
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.stored import entries, here, stored

DAYS = 30


@pytest.fixture
def box(office: Office, server: Dovecot) -> Box:
    """A mailbox that was never synced."""
    return office.mailbox(server=server)


def wanted(office: Office, **settings: object) -> None:
    texts = {key: str(value) for key, value in settings.items()}
    change_settings(office.deps, texts, actor=COMMAND_LINE)


def uids(office: Office, box: Box) -> list[int | None]:
    return [uid for _, uid in here(office, box)]


@pytest.fixture
def aged(office: Office, server: Dovecot, box: Box) -> Box:
    """Seven messages around the instant that is DAYS ago; 4 arrived exactly then."""
    boundary = office.clock.now() - timedelta(days=DAYS)
    around = [
        timedelta(days=-40),
        timedelta(days=-1),
        timedelta(seconds=-1),
        timedelta(0),
        timedelta(seconds=1),
        timedelta(hours=23),
        timedelta(days=3),
    ]
    for number, away in enumerate(around):
        server.deliver(box.account, letter(number), internal_date=boundary + away)
        # They are numbered in this order.
        server.status(box.account)
    return box


def test_mail_since_that_many_days_is_what_arrived_since_that_instant(office: Office, aged: Box):
    wanted(office, sync_since_days=DAYS)

    reports = [office.sync(aged), office.sync(aged)]

    assert [each.counts for each in reports] == [Counts(new=4), Counts()]
    assert [each.outcome for each in reports] == [Outcome.OK, Outcome.OK]
    assert uids(office, aged) == [4, 5, 6, 7]


def test_what_was_wanted_once_stays_and_what_is_wanted_later_comes(office: Office, aged: Box):
    wanted(office, sync_since_days=DAYS)
    office.sync(aged)
    office.clock.advance(days=2)
    aged_out = office.sync(aged)
    wanted(office, sync_since_days=DAYS + 2)
    the_same_instant = office.sync(aged)
    wanted(office, sync_since_days=DAYS + 4)
    more = office.sync(aged)
    wanted(office, sync_since_days=0)
    rest = office.sync(aged)

    assert (aged_out.counts, the_same_instant.counts) == (Counts(), Counts())
    assert (more.counts, rest.counts) == (Counts(new=2), Counts(new=1))
    assert uids(office, aged) == [1, 2, 3, 4, 5, 6, 7]


def test_of_a_part_of_a_folder_removals_are_found_and_what_is_not_here_is_no_removal(
    office: Office, server: Dovecot, aged: Box
):
    wanted(office, sync_since_days=DAYS)
    office.sync(aged)
    server.expunge(aged.account, "INBOX", [1])
    not_here = office.sync(aged)
    server.expunge(aged.account, "INBOX", [2, 5])
    server.deliver(aged.account, letter(20))
    server.deliver(aged.account, letter(21))
    both = office.sync(aged)

    assert not_here.counts == Counts()
    assert both.counts == Counts(new=2, removed=1)
    assert uids(office, aged) == [4, 6, 7, 8, 9]


def test_a_part_of_a_folder_that_was_numbered_anew_is_that_part_again(
    office: Office, server: Dovecot, aged: Box
):
    wanted(office, sync_since_days=DAYS)
    office.sync(aged)
    server.expunge(aged.account, "INBOX", [3])
    server.change_uid_validity(aged.account)

    reports = [office.sync(aged), office.sync(aged)]

    assert [each.counts for each in reports] == [Counts(), Counts()]
    assert uids(office, aged) == [3, 4, 5, 6]


def test_only_unread_mail_is_fetched_and_stays_when_it_is_read(
    office: Office, server: Dovecot, box: Box
):
    server.deliver_many(box.account, map(letter, range(6)))
    server.add_flags(box.account, "INBOX", [1, 2, 5], SEEN)
    wanted(office, fetch_only_unread="yes")

    first = office.sync(box)
    server.add_flags(box.account, "INBOX", [3], SEEN)
    read = office.sync(box)
    again = office.sync(box)

    assert (first.counts, read.counts) == (Counts(new=3), Counts(changed=1))
    assert again.counts == Counts()
    assert uids(office, box) == [3, 4, 6]
    assert [each.uid for each in stored(office, box) if each.seen] == [3]


def test_a_message_that_becomes_unread_later_is_fetched_then(
    office: Office, server: Dovecot, box: Box
):
    server.deliver_many(box.account, map(letter, range(4)))
    server.add_flags(box.account, "INBOX", [1, 2, 3], SEEN)
    wanted(office, fetch_only_unread="yes")
    office.sync(box)

    server.remove_flags(box.account, "INBOX", [2], SEEN)
    unread = office.sync(box)
    server.deliver(box.account, letter(4), seen=True)
    new_and_read = office.sync(box)
    wanted(office, fetch_only_unread="no")
    rest = office.sync(box)

    assert (unread.counts, new_and_read.counts) == (Counts(new=1), Counts())
    assert rest.counts == Counts(new=3)
    assert uids(office, box) == [1, 2, 3, 4, 5]


def test_unread_mail_that_is_gone_is_gone_and_the_read_that_is_gone_is_nothing(
    office: Office, server: Dovecot, box: Box
):
    server.deliver_many(box.account, map(letter, range(6)))
    server.add_flags(box.account, "INBOX", [1, 2], SEEN)
    wanted(office, fetch_only_unread="yes")
    office.sync(box)
    server.expunge(box.account, "INBOX", [1, 4])

    reports = [office.sync(box), office.sync(box)]

    assert [each.counts for each in reports] == [Counts(removed=1), Counts()]
    assert uids(office, box) == [3, 5, 6]


def test_both_together_are_both(office: Office, server: Dovecot, aged: Box):
    server.add_flags(aged.account, "INBOX", [1, 5], SEEN)
    wanted(office, sync_since_days=DAYS, fetch_only_unread="yes")
    office.sync(aged)
    both = uids(office, aged)
    server.remove_flags(aged.account, "INBOX", [1, 5], SEEN)
    office.sync(aged)

    assert both == [4, 6, 7]
    assert uids(office, aged) == [4, 5, 6, 7]


def test_a_run_brings_so_many_and_the_next_ones_go_on_the_newest_first(
    office: Office, server: Dovecot, box: Box
):
    server.deliver_many(box.account, map(letter, range(7)))
    wanted(office, max_messages_per_sync=3)

    first = office.sync(box)
    newest = uids(office, box)
    state = office.state(box)
    server.deliver(box.account, letter(7))
    second, third = office.sync(box), office.sync(box)

    assert (first.outcome, first.counts) == (Outcome.PARTIAL, Counts(new=3, remaining=4))
    assert (newest, state) == ([5, 6, 7], State.OK)
    assert (second.outcome, second.counts) == (Outcome.PARTIAL, Counts(new=3, remaining=2))
    assert (third.outcome, third.counts) == (Outcome.OK, Counts(new=2))
    assert office.sync(box).counts == Counts()
    finished = [entry.detail["remaining"] for entry in entries(office, box, "sync.finished")]
    assert finished == [4, 2, 0, 0]


def test_the_limit_is_of_the_run_and_not_of_a_folder(office: Office, server: Dovecot):
    box = office.mailbox(server=server, folders=("INBOX", "Archive"))
    server.deliver_many(box.account, map(letter, range(4)))
    server.deliver_many(box.account, map(letter, range(4, 7)), "Archive")
    wanted(office, max_messages_per_sync=5)

    first, second = office.sync(box), office.sync(box)

    assert (first.outcome, first.counts) == (Outcome.PARTIAL, Counts(new=5, remaining=2))
    assert (second.outcome, second.counts) == (Outcome.OK, Counts(new=2))
    assert len(here(office, box)) == 7


def test_without_a_limit_the_rest_comes_at_once_with_what_happened_meanwhile(
    office: Office, server: Dovecot, box: Box
):
    server.deliver_many(box.account, map(letter, range(8)))
    wanted(office, max_messages_per_sync=2)
    office.sync(box)
    server.add_flags(box.account, "INBOX", [1, 8], SEEN)
    server.expunge(box.account, "INBOX", [2, 7])
    limited = office.sync(box)
    wanted(office, max_messages_per_sync=0)
    rest = office.sync(box)

    # What is gone is found out when all is here.
    assert limited.counts == Counts(new=2, changed=1, remaining=3)
    assert rest.counts == Counts(new=3, removed=1)
    assert uids(office, box) == [1, 3, 4, 5, 6, 8]
    assert {each.uid for each in stored(office, box) if each.seen} == {1, 8}


def test_a_limit_and_a_part_of_a_folder(office: Office, server: Dovecot, aged: Box):
    wanted(office, sync_since_days=DAYS, max_messages_per_sync=3)

    first, second, third = (office.sync(aged) for _ in range(3))

    assert (first.outcome, first.counts) == (Outcome.PARTIAL, Counts(new=3, remaining=1))
    assert (second.outcome, second.counts) == (Outcome.OK, Counts(new=1))
    assert third.counts == Counts()
    assert uids(office, aged) == [4, 5, 6, 7]


def test_a_numbering_anew_does_not_remove_what_cannot_be_asked_for(
    office: Office, server: Dovecot, box: Box
):
    nameless = [b"Subject: nameless %d\r\n\r\nHi\r\n" % number for number in range(3)]
    server.deliver_many(box.account, [*nameless, letter(1)], seen=True)
    office.sync(box)
    change_settings(office.deps, {"fetch_only_unread": "yes"}, actor=COMMAND_LINE)
    server.change_uid_validity(box.account)

    assert office.sync(box).counts == Counts()
    kept = stored(office, box)
    assert {each.raw: each.uid for each in kept if not each.removed} == {
        letter(1): 4,
        **dict.fromkeys(nameless),
    }

    change_settings(office.deps, {"fetch_only_unread": "no"}, actor=COMMAND_LINE)
    assert office.sync(box).counts == Counts()
    assert len(here(office, box)) == 4
    assert all(each.uid for each in stored(office, box))
