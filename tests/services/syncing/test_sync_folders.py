"""Folders that are not there: the others go on, and the log says it once."""

from datetime import timedelta

import pytest

from mailboxadmin.demo.deeds import Close
from mailboxadmin.demo.faulty_imap import FaultyImap, Trouble
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.finding import Fixer
from mailboxadmin.domain.folder import ListedFolder
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.folders.wanted import require_folder
from mailboxadmin.services.mailboxes.configure import configure_mailbox
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.store.board import folder_states
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.stored import codes, entries, here


def with_folders(office: Office, dovecot: Dovecot, *names: str) -> Box:
    """A mailbox with one message in INBOX that is to sync these folders."""
    box = office.mailbox(server=dovecot, folders=names)
    dovecot.deliver(box.account, mails.message(1))
    return box


def test_a_missing_folder_leaves_the_others_synced(office: Office, dovecot: Dovecot):
    box = with_folders(office, dovecot, "Projects", "INBOX")

    report = office.sync(box)

    assert (report.outcome, report.counts.new) == (Outcome.PARTIAL, 1)
    assert report.finding is not None
    assert (report.finding.code, report.finding.field) == ("folder.not_found", "folders")
    assert "Projects" in report.finding.summary
    assert office.state(box) is State.NEEDS_ACTION
    assert list(here(office, box)) == [("INBOX", 1)]


def test_a_missing_folder_is_logged_once(office: Office, dovecot: Dovecot):
    box = with_folders(office, dovecot, "INBOX", "Projects")

    for _ in range(3):
        office.sync(box)

    assert codes(office, box, "folder.missing") == ["folder.missing"]
    (failure,) = entries(office, box, "sync.failed")
    assert failure.times == 3


def test_the_others_keep_their_interval(office: Office, dovecot: Dovecot):
    box = with_folders(office, dovecot, "INBOX", "Projects")

    office.sync(box)

    next_attempt_at = office.row(box).next_attempt_at
    assert next_attempt_at is not None
    assert (next_attempt_at - office.clock.now()).total_seconds() <= 15 * 60


def test_when_the_server_goes_away_the_folders_that_were_read_are_no_reason_to_knock_soon(
    office: Office, dovecot: Dovecot
):
    change_settings(office.deps, {"check_every_minutes": "3"}, actor="test")
    box = with_folders(office, dovecot, "INBOX", "Projects")
    dovecot.create_folder(box.account, "Projects")
    trouble = Trouble(at=r"EXAMINE .?Projects", does=(Close(),))
    with FaultyImap(dovecot.port, trouble) as server:
        where = Server(host=server.host, port=server.port, encryption=Encryption.NONE)
        office.connect(box.id, where, box.account.password, folders=("INBOX", "Projects"))
        office.sync(box)
        first = office.row(box).next_attempt_at
        report = office.sync(box)
        second = office.row(box).next_attempt_at

    assert report.finding is not None
    assert (report.outcome, report.finding.code) == (Outcome.PARTIAL, "server.closed")
    assert first is not None and first - office.clock.now() >= timedelta(minutes=5)
    assert second is not None and second - office.clock.now() >= timedelta(minutes=15)


def test_for_a_mistyped_folder_the_nearest_one_is_named():
    listed = [
        ListedFolder(name=name, delimiter="/", attributes=frozenset())
        for name in ("INBOX", "Sent", "Drafts")
    ]

    with pytest.raises(MailFailure) as failure:
        require_folder("sent", listed)

    assert "“Sent”" in failure.value.facts.detail


def test_a_missing_folder_that_is_made_is_synced_and_the_mailbox_recovers(
    office: Office, dovecot: Dovecot
):
    box = with_folders(office, dovecot, "INBOX", "Projects")
    office.sync(box)
    dovecot.deliver(box.account, mails.message(2), "Projects")

    report = office.sync(box)

    assert (report.outcome, report.counts.new) == (Outcome.OK, 1)
    assert office.state(box) is State.OK
    assert codes(office, box, "mailbox.recovered") == ["mailbox.recovered"]


def test_what_was_synced_from_a_deleted_folder_is_kept(office: Office, dovecot: Dovecot):
    box = with_folders(office, dovecot, "INBOX", "Projects")
    dovecot.deliver(box.account, mails.message(2), "Projects")
    office.sync(box)
    dovecot.delete_folder(box.account, "Projects")

    report = office.sync(box)

    assert (report.outcome, report.counts.removed) == (Outcome.PARTIAL, 0)
    assert here(office, box)["Projects", 1] == mails.message(2)


def test_a_container_cannot_be_synced_and_says_so(office: Office, dovecot: Dovecot):
    box = with_folders(office, dovecot, "INBOX", "Archive")
    dovecot.create_folder(box.account, "Archive/2024")

    report = office.sync(box)

    assert report.outcome is Outcome.PARTIAL
    assert report.finding is not None
    assert report.finding.code == "folder.not_selectable"
    assert report.finding.fix_by is Fixer.OWNER


def test_without_any_folder_the_run_failed(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot, folders=("Projects",))

    report = office.sync(box)

    assert report.outcome is Outcome.FAILED
    assert report.finding is not None
    assert report.finding.code == "folder.not_found"


def test_a_folder_that_is_no_longer_wanted_leaves_no_fault_behind(office: Office, dovecot: Dovecot):
    box = with_folders(office, dovecot, "INBOX", "Sentt")
    office.sync(box)
    configure_mailbox(
        office.deps,
        box.id,
        Draft(texts={"folders": "INBOX"}),
        actor=COMMAND_LINE,
        set_by="operator",
        test=False,
    )

    office.sync(box)

    with office.deps.store.read() as db:
        states = folder_states(db, box.id)
    assert [(state.name, state.finding) for state in states if state.messages] == [("INBOX", None)]
    assert [state.finding for state in states] == [None] * len(states)
