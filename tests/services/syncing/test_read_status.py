"""Read status both ways: on a server with CONDSTORE, on one without, and on the sample server."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from imapclient import IMAPClient

from mailboxadmin.demo.people import sample_people
from mailboxadmin.demo.server import DemoImapServer
from mailboxadmin.domain.activity import SCHEDULER, Level
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.run import Counts, Outcome
from mailboxadmin.services.syncing import attempt
from tests.services.clicking import SEEN, mark, shown, switch, waiting
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account
from tests.support.office import Box, Office
from tests.support.stored import codes, entries, stored


@pytest.fixture
def box(office: Office, server: Dovecot) -> Box:
    """A mailbox with ten messages, the first two read, synced; what is marked is sent."""
    box = office.mailbox(server=server)
    server.deliver_many(box.account, mails.generate(2), seen=True)
    server.deliver_many(box.account, mails.generate(8))
    assert office.sync(box).counts == Counts(new=10)
    switch(office, "yes")
    return box


def read_there(server: Dovecot, box: Box) -> set[int]:
    return {uid for uid, flags in server.flags(box.account).items() if SEEN in flags}


def test_what_is_marked_here_is_marked_there_and_nothing_else_is(
    office: Office, server: Dovecot, box: Box
):
    server.add_flags(box.account, "INBOX", [5], "\\Flagged", "$Forwarded")
    mark(office, box, [4, 5, 6], seen=True)
    mark(office, box, [1], seen=False)

    report = office.sync(box)

    assert (report.counts.pushed, report.outcome) == (4, Outcome.OK)
    assert read_there(server, box) == shown(office, box) == {2, 4, 5, 6}
    assert server.flags(box.account)[5] == {"\\Flagged", "$Forwarded", SEEN}
    assert waiting(office, box) == {}
    assert office.sync(box).counts == Counts()


def test_the_log_says_what_was_sent_and_the_quiet_run_is_quiet(office: Office, box: Box):
    mark(office, box, [4, 5], seen=True)
    mark(office, box, [1], seen=False)

    office.sync(box, actor=SCHEDULER)

    [entry] = entries(office, box, "read_status.pushed")
    assert entry.message == "The server has what was marked here in INBOX: 2 read and 1 unread."
    assert (entry.level, entry.detail["count"]) == (Level.INFO, 3)
    last = entries(office, box, "sync.finished")[-1]
    assert (last.level, last.message) == (Level.ROUTINE, "3 marked on the server as here")


def test_the_latest_click_is_the_one_that_is_sent(office: Office, server: Dovecot, box: Box):
    mark(office, box, [4], seen=True)
    mark(office, box, [4], seen=False)
    mark(office, box, [1], seen=False)
    mark(office, box, [1], seen=True)
    server.remove_flags(box.account, "INBOX", [2], SEEN)

    office.sync(box)

    assert read_there(server, box) == shown(office, box) == {1}
    assert codes(office, box, "read_status.conflict") == []


def test_marked_the_same_on_both_sides_is_no_conflict(office: Office, server: Dovecot, box: Box):
    mark(office, box, [4], seen=True)
    server.add_flags(box.account, "INBOX", [4], SEEN)

    office.sync(box)

    assert read_there(server, box) == shown(office, box) == {1, 2, 4}
    assert waiting(office, box) == {}
    assert codes(office, box, "read_status.conflict") == []


def test_marked_differently_on_both_sides_the_click_wins_and_the_log_says_so(
    office: Office, server: Dovecot, box: Box
):
    mark(office, box, [1], seen=False)
    mark(office, box, [1], seen=True)
    server.remove_flags(box.account, "INBOX", [1], SEEN)

    reports = [office.sync(box), office.sync(box)]

    assert [each.outcome for each in reports] == [Outcome.OK, Outcome.OK]
    assert read_there(server, box) == shown(office, box) == {1, 2}
    [entry] = entries(office, box, "read_status.conflict")
    (message_id,) = [each.id for each in stored(office, box) if each.uid == 1]
    assert entry.detail == {
        "folder": "INBOX",
        "count": 1,
        "read_here_unread_there": [message_id],
        "unread_here_read_there": [],
    }


def test_what_is_marked_while_a_run_reads_is_sent_at_its_end_and_is_not_overwritten(
    office: Office, server: Dovecot, box: Box, monkeypatch: pytest.MonkeyPatch
):
    mark(office, box, [2], seen=False)
    office.sync(box)
    pull = attempt._pull_one

    def clicked_meanwhile(*arguments):
        mark(office, box, [2, 4], seen=True)
        mark(office, box, [4], seen=False)
        server.add_flags(box.account, "INBOX", [4], SEEN)
        pull(*arguments)
        assert shown(office, box) == {1, 2}

    monkeypatch.setattr(attempt, "_pull_one", clicked_meanwhile)

    report = office.sync(box)

    assert report.counts.pushed == 2
    assert read_there(server, box) == shown(office, box) == {1, 2}
    assert len(codes(office, box, "read_status.conflict")) == 1


def test_what_is_read_elsewhere_is_counted_and_is_routine_to_the_scheduler(
    office: Office, server: Dovecot, box: Box
):
    server.add_flags(box.account, "INBOX", [4, 5], SEEN)
    office.sync(box, actor=SCHEDULER)
    server.add_flags(box.account, "INBOX", [6], SEEN)
    server.add_flags(box.account, "INBOX", [7], "\\Flagged")
    office.sync(box)

    pulled = entries(office, box, "read_status.pulled")
    assert [(each.level, each.detail["count"]) for each in pulled] == [
        (Level.ROUTINE, 2),
        (Level.INFO, 1),
    ]
    assert shown(office, box) == {1, 2, 4, 5, 6}


def test_a_message_that_is_gone_there_stays_marked_here_and_that_is_said(
    office: Office, server: Dovecot, box: Box
):
    mark(office, box, [4, 5], seen=True)
    server.expunge(box.account, "INBOX", [4])

    report = office.sync(box)

    assert (report.counts.pushed, report.counts.removed) == (1, 1)
    assert (shown(office, box), waiting(office, box)) == ({1, 2, 4, 5}, {})
    [entry] = entries(office, box, "read_status.failed")
    assert (entry.level, entry.detail["count"]) == (Level.INFO, 1)


def test_a_click_on_a_removed_message_stays_here(office: Office, server: Dovecot, box: Box):
    server.expunge(box.account, "INBOX", [4])
    office.sync(box)

    done = mark(office, box, [4], seen=True)

    assert (done.changed, done.to_send) == (1, 0)
    assert shown(office, box) == {1, 2, 4}


def test_a_folder_numbered_anew_shows_what_the_server_has_and_says_what_was_not_sent(
    office: Office, server: Dovecot, box: Box
):
    mark(office, box, [4, 5], seen=True)
    server.change_uid_validity(box.account)

    report = office.sync(box)

    assert (report.counts.pushed, report.outcome) == (0, Outcome.OK)
    assert waiting(office, box) == {}
    assert len(shown(office, box)) == len(read_there(server, box)) == 2
    [entry] = entries(office, box, "read_status.failed")
    assert (entry.level, entry.detail["count"]) == (Level.WARNING, 2)
    assert "numbered the folder anew" in entry.message


def test_one_folder_that_is_gone_holds_up_no_other(office: Office, server: Dovecot):
    box = office.mailbox(server=server, folders=("INBOX", "Archive"))
    server.deliver(box.account, mails.message(0))
    server.deliver(box.account, mails.message(1), "Archive")
    office.sync(box)
    switch(office, "yes")
    mark(office, box, [1], seen=True)
    server.delete_folder(box.account, "Archive")

    report = office.sync(box)

    assert (report.counts.pushed, report.outcome) == (1, Outcome.PARTIAL)
    assert read_there(server, box) == {1}
    [entry] = entries(office, box, "read_status.failed")
    assert entry.detail["folder"] == "Archive"
    assert waiting(office, box) == {}


def test_with_condstore_and_without_the_end_is_the_same(
    open_office: Callable[..., Office],
    instance_copy: Callable[[], object],
    dovecot: Dovecot,
    exchange_dovecot: Dovecot,
):
    ends = []
    for server in (dovecot, exchange_dovecot):
        office = open_office(folder=instance_copy())
        box = office.mailbox(server=server, email="both-ways@example.org")
        server.deliver_many(box.account, mails.generate(20))
        office.sync(box)
        switch(office, "yes")
        mark(office, box, range(1, 8), seen=True)
        server.add_flags(box.account, "INBOX", [3, 12], "\\Flagged", SEEN)
        office.sync(box)
        mark(office, box, [3, 4], seen=False)
        server.expunge(box.account, "INBOX", [4])
        report = office.sync(box)
        said = [(each.code, each.message, each.detail) for each in entries(office, box, "read_")]
        ends.append((shown(office, box), server.flags(box.account), report.counts, said))

    assert ends[0] == ends[1]


def test_the_sample_server_is_told_too(office: Office):
    person = sample_people()[0]
    with DemoImapServer([person]) as sample:
        where = Server(host=sample.host, port=sample.port, encryption=Encryption.NONE)
        for number in range(3):
            at = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
            sample.deliver(person.email, mails.message(number), at=at)
        box = office.mailbox_at(where, Account(person.email, person.imap_password))
        office.sync(box)
        switch(office, "yes")
        uids = [each.uid for each in stored(office, box) if each.uid is not None]
        mark(office, box, uids[:2], seen=True)

        report = office.sync(box)

        assert (report.counts, office.sync(box).counts) == (Counts(pushed=2), Counts())
        with IMAPClient(sample.host, sample.port, ssl=False) as client:
            client.login(person.email, person.imap_password)
            client.select_folder("INBOX")
            assert client.search("SEEN") == uids[:2]
