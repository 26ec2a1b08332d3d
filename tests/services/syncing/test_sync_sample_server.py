"""The sample office's own server, which has neither CONDSTORE nor ENABLE nor SPECIAL-USE."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from imapclient import IMAPClient

from mailboxadmin.demo.people import sample_people
from mailboxadmin.demo.server import DemoImapServer
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.run import Counts, Outcome
from mailboxadmin.services.checking.check import run_check
from mailboxadmin.services.reading.undoing import take_back
from tests.services.filing import ANN, allow, flag, move, places, waiting
from tests.support import mails
from tests.support.mailstore import Account
from tests.support.office import Box, Office
from tests.support.stored import here, stored

PERSON = sample_people()[0]
WHEN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def sample_server() -> Iterator[DemoImapServer]:
    with DemoImapServer([PERSON]) as server:
        yield server


@pytest.fixture
def box(office: Office, sample_server: DemoImapServer) -> Box:
    """A mailbox with five messages, synced."""
    where = Server(host=sample_server.host, port=sample_server.port, encryption=Encryption.NONE)
    for number in range(5):
        sample_server.deliver(PERSON.email, mails.message(number), at=WHEN)
    box = office.mailbox_at(where, Account(PERSON.email, PERSON.imap_password))
    assert office.sync(box).counts == Counts(new=5)
    return box


def other_program(server: DemoImapServer) -> IMAPClient:
    client = IMAPClient(server.host, server.port, ssl=False)
    client.login(PERSON.email, PERSON.imap_password)
    client.select_folder("INBOX")
    return client


def test_all_is_stored_and_a_second_run_finds_nothing(office: Office, box: Box):
    report = office.sync(box)

    assert (report.outcome, report.counts) == (Outcome.OK, Counts())
    assert sorted(here(office, box).values()) == sorted(mails.generate(5))


def test_a_test_of_it_is_green_and_marks_nothing(
    office: Office, box: Box, sample_server: DemoImapServer
):
    check = run_check(office.deps, box.id, actor="grace@example.org")

    assert check.ok, check.finding
    with other_program(sample_server) as client:
        assert not client.search("SEEN")


def test_new_read_and_removed_messages_are_seen(
    office: Office, box: Box, sample_server: DemoImapServer
):
    sample_server.deliver(PERSON.email, mails.message(5), at=WHEN)
    uids = [each.uid for each in stored(office, box)]
    with other_program(sample_server) as client:
        client.add_flags([uids[1]], ["\\Seen"])
        client.delete_messages([uids[0]])
        client.expunge()

    reports = [office.sync(box), office.sync(box)]

    assert [each.counts for each in reports] == [Counts(new=1, changed=1, removed=1), Counts()]
    assert [each.uid for each in stored(office, box) if each.seen] == [uids[1]]
    assert [each.uid for each in stored(office, box) if each.removed] == [uids[0]]


def test_syncing_marks_nothing_as_read(office: Office, box: Box, sample_server: DemoImapServer):
    office.sync(box)

    with other_program(sample_server) as client:
        assert client.search("SEEN") == []


@pytest.mark.usefixtures("unhurried")
def test_what_is_moved_and_flagged_is_moved_and_flagged_there(
    office: Office, box: Box, sample_server: DemoImapServer
):
    allow(office)
    first, second, *_ = sorted(each.uid or 0 for each in stored(office, box))
    flag(office, box, [first, second])
    filed = move(office, box, [first], PERSON.folders.archive)
    report = office.sync(box)
    archived = places(office, box)
    assert filed.undo
    take_back(office.deps, box.id, filed.undo.id, actor=ANN)
    again = office.sync(box)

    assert (report.outcome, report.counts) == (Outcome.OK, Counts(pushed=3)), report.finding
    assert sorted(folder for folder, _, _ in archived.values()) == ["Archive", *["INBOX"] * 4]
    assert (again.outcome, again.counts.new, waiting(office, box)) == (Outcome.OK, 0, [])
    with other_program(sample_server) as client:
        assert len(client.search("FLAGGED")) == 2
        assert len(client.search()) == 5
