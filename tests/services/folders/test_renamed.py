"""A folder that is not there any more: the one it was probably renamed to is named."""

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.errors import Facts, MailFailure
from mailboxadmin.domain.run import Outcome
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.session import connect
from mailboxadmin.services.files.export import Format, export_mailbox
from mailboxadmin.services.folders import renamed
from mailboxadmin.services.folders.renamed import explain_missing
from mailboxadmin.services.folders.wanted import require_folder
from mailboxadmin.services.sign_in.account import account_for
from mailboxadmin.services.verdict.findings import finding_for
from mailboxadmin.store.board import folder_states
from tests.support import mails
from tests.support.configuring import save
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.stored import entries, here


@pytest.fixture
def box(office: Office, dovecot: Dovecot) -> Box:
    """A mailbox whose folder Projects was synced."""
    box = office.mailbox(server=dovecot, folders=("INBOX", "Projects"))
    dovecot.deliver(box.account, mails.message(1), "Projects")
    dovecot.deliver(box.account, mails.message(2), "Other")
    office.sync(box)
    return box


def explained(office: Office, box: Box, name: str = "Projects") -> Facts:
    """What is said of a wanted folder that is missing."""
    with office.deps.store.read() as db:
        account = account_for(db, office.deps, box.id)
    with connect(account, network=office.deps.network, deadline=Deadline.after(60)) as session:
        listed = session.list_folders()
        with pytest.raises(MailFailure) as failure:
            require_folder(name, listed)
        return explain_missing(office.deps, box.id, session, listed, failure.value.facts)


def test_a_renamed_folder_is_named_as_it_is_called_now(office, dovecot: Dovecot, box: Box):
    dovecot.rename_folder(box.account, "Projects", "Kunden/Größe")

    facts = explained(office, box)

    assert facts.detail == "there is no “Projects”; it was probably renamed to “Kunden/Größe”"
    finding = finding_for(office.deps, box.id, facts)
    assert finding.cause.startswith("It was probably renamed to “Kunden/Größe”. ")


def test_a_deleted_folder_is_not_taken_for_another(office, dovecot: Dovecot, box: Box):
    dovecot.delete_folder(box.account, "Projects")

    assert "renamed" not in explained(office, box).hint


def test_a_folder_that_is_wanted_itself_is_no_candidate(office, dovecot: Dovecot, box: Box):
    dovecot.rename_folder(box.account, "Projects", "Plans")
    texts = {"folders": "INBOX\nProjects\nPlans"}
    save(office, box.person, set_by="operator", test=False, **texts)

    assert "renamed" not in explained(office, box).hint


def test_of_a_folder_that_was_never_read_only_the_nearest_name_is_said(office, box: Box):
    facts = explained(office, box, "Prjects")

    assert facts.hint == "The nearest name there is “Projects”."


def test_the_server_is_asked_about_so_many_folders_only(office, dovecot, box: Box, monkeypatch):
    dovecot.rename_folder(box.account, "Projects", "Zebra")
    monkeypatch.setattr(renamed, "MOST_ASKED", 0)

    assert "renamed" not in explained(office, box).hint


def test_a_sync_tells_it_and_keeps_what_was_there(office, dovecot: Dovecot, box: Box, tmp_path):
    dovecot.rename_folder(box.account, "Projects", "Plans")

    report = office.sync(box)

    assert report.outcome is Outcome.PARTIAL
    assert report.finding is not None
    assert report.finding.cause.startswith("It was probably renamed to “Plans”. ")
    [entry] = entries(office, box, "folder.missing")
    assert "It was probably renamed to “Plans”." in entry.message
    with office.deps.store.read() as db:
        shown = {state.name: state.messages for state in folder_states(db, box.id)}
    assert shown["Projects"] == 1
    export_mailbox(
        office.deps, box.id, tmp_path, form=Format.EML, removed=False, actor=COMMAND_LINE
    )
    assert (tmp_path / "Projects" / "1.eml").read_bytes() == mails.message(1)


def test_under_its_new_name_it_is_synced_again(office, dovecot: Dovecot, box: Box):
    dovecot.rename_folder(box.account, "Projects", "Plans")
    office.sync(box)
    save(office, box.person, folders="INBOX\nPlans", set_by="operator", test=False)

    report = office.sync(box)

    assert (report.outcome, report.counts.new, report.counts.removed) == (Outcome.OK, 1, 0)
    assert here(office, box) == {
        ("Plans", 1): mails.message(1),
        ("Projects", 1): mails.message(1),
    }
