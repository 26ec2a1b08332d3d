"""Folders for special mail: found after LIST, kept with the folders, told once."""

from collections.abc import Iterator

import pytest
from imapclient import IMAPClient

from mailboxadmin.demo.people import sample_people
from mailboxadmin.demo.server import DemoImapServer
from mailboxadmin.domain.activity import Level
from mailboxadmin.domain.effective import InForce, Origin
from mailboxadmin.domain.errors import Cancelled
from mailboxadmin.domain.folder import ListedFolder
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.special_use import SpecialUse
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.session import Session, connect
from mailboxadmin.services.folders.mapping import map_folders
from mailboxadmin.services.mailboxes.configure import read_config
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.sign_in.account import account_for
from mailboxadmin.services.work.runs import Run, begin_run, held
from mailboxadmin.store.special_uses import special_uses
from tests.support.configuring import ADMIN, save
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account
from tests.support.office import Box, Office
from tests.support.stored import entries

SENT, DRAFTS, TRASH, JUNK, ARCHIVE = SpecialUse
PERSON = sample_people()[0]


@pytest.fixture
def run(office: Office) -> Iterator[list[Run]]:
    """Where a test's run is put, to be ended with it."""
    begun: list[Run] = []
    yield begun
    for each in begun:
        with held(office.deps, each):
            pass


def names(*folders: str) -> list[ListedFolder]:
    return [ListedFolder(name=name, delimiter="/", attributes=frozenset()) for name in folders]


def known(office: Office, box: Box) -> dict[SpecialUse, str]:
    with office.deps.store.read() as db:
        return special_uses(db, box.id)


def begin(office: Office, box: Box, begun: list[Run]) -> Run:
    begun.append(begin_run(office.deps, box.id, actor="scheduler"))
    return begun[-1]


def session_of(office: Office, box: Box) -> Session:
    with office.deps.store.read() as db:
        account = account_for(db, office.deps, box.id)
    return connect(account, network=office.deps.network, deadline=Deadline.after(60))


def test_what_dovecot_marks_is_kept_and_told_once(office: Office, dovecot: Dovecot, run):
    box = office.mailbox(server=dovecot)
    dovecot.create_folder(box.account, "Archiv")
    now = begin(office, box, run)

    for _ in range(2):
        with session_of(office, box) as session:
            map_folders(office.deps, now, session.list_folders())

    assert known(office, box) == {
        SENT: "Sent",
        DRAFTS: "Drafts",
        TRASH: "Trash",
        JUNK: "Junk",
        ARCHIVE: "Archiv",
    }
    [entry] = entries(office, box, "folder.mapped")
    assert "sent mail in “Sent”" in entry.message
    assert entry.detail is not None
    assert entry.detail["sent"] == {"folder": "Sent", "how": "marked by the server"}
    assert entry.detail["archive"] == {"folder": "Archiv", "how": "known by its name"}


def test_on_a_server_without_marks_the_names_count(office: Office, run):
    with DemoImapServer([PERSON]) as server:
        where = Server(host=server.host, port=server.port, encryption=Encryption.NONE)
        box = office.mailbox_at(where, Account(PERSON.email, PERSON.imap_password))
        with IMAPClient(server.host, server.port, ssl=False) as client:
            client.login(PERSON.email, PERSON.imap_password)
            for _, _, name in client.list_folders():
                if name.upper() != "INBOX":
                    client.delete_folder(name)
            for name in ("Gelöschte Elemente", "Éléments envoyés", "Черновики", "Projekte"):
                client.create_folder(name)
        with session_of(office, box) as session:
            map_folders(office.deps, begin(office, box, run), session.list_folders())

    assert known(office, box) == {
        SENT: "Éléments envoyés",
        DRAFTS: "Черновики",
        TRASH: "Gelöschte Elemente",
    }


def test_nothing_is_written_while_nothing_changes(office: Office, dovecot: Dovecot, run):
    box = office.mailbox(server=dovecot)
    now = begin(office, box, run)
    map_folders(office.deps, now, names("INBOX", "Sent"))
    # What is written by a run that was stopped is refused.
    now.control.stop()

    map_folders(office.deps, now, names("INBOX", "Sent", "Projects"))
    with pytest.raises(Cancelled):
        map_folders(office.deps, now, names("INBOX", "Sent", "Trash"))

    assert known(office, box) == {SENT: "Sent"}


def test_a_change_is_told_with_what_was_before(office: Office, dovecot: Dovecot, run):
    box = office.mailbox(server=dovecot)
    now = begin(office, box, run)
    map_folders(office.deps, now, names("INBOX", "Sent", "Gesendet"))
    save(office, box.person, sent_folder="Gesendet", set_by="operator", test=False)

    map_folders(office.deps, now, names("INBOX", "Sent", "Gesendet"))
    map_folders(office.deps, now, names("INBOX"))

    _, changed, gone = entries(office, box, "folder.mapped")
    assert changed.detail == {
        "sent": {"folder": "Gesendet", "how": "named in the settings"},
        "before": {"sent": "Sent"},
    }
    assert gone.message == "For sent mail: “Gesendet” is not on the server."
    assert known(office, box) == {}


def test_when_all_are_gone_that_is_told_too(office: Office, dovecot: Dovecot, run):
    box = office.mailbox(server=dovecot)
    now = begin(office, box, run)
    map_folders(office.deps, now, names("INBOX", "Sent"))

    map_folders(office.deps, now, names("INBOX"))

    assert "any more" in entries(office, box, "folder.mapped")[-1].message


def test_a_named_folder_that_is_not_there_is_told_once_with_the_nearest_name(office, dovecot, run):
    box = office.mailbox(server=dovecot)
    now = begin(office, box, run)
    save(office, box.person, sent_folder="Snet", set_by="operator", test=False)

    for _ in range(3):
        map_folders(office.deps, now, names("INBOX", "Sent"))

    [entry] = entries(office, box, "folder.mapped")
    assert entry.level is Level.WARNING
    assert "For sent mail: “Snet” is not on the server; the nearest name there is “Sent”." in (
        entry.message
    )
    sent = read_config(office.deps, box.id).special["sent_folder"]
    assert sent.hint.startswith("“Snet” is not on the server; the nearest name there is “Sent”.")


def test_the_form_says_what_was_found_and_what_is_used_twice(office, dovecot: Dovecot, run):
    box = office.mailbox(server=dovecot)
    save(office, box.person, trash_folder="Sent", sent_folder="Sent", set_by="operator", test=False)
    map_folders(office.deps, begin(office, box, run), names("INBOX", "Sent", "Spam"))

    special = read_config(office.deps, box.id).special

    assert special["spam_folder"].in_force == InForce(value="Spam", origin=Origin.FOUND)
    assert special["archive_folder"].in_force == InForce(value=None, origin=Origin.FOUND)
    assert special["sent_folder"].hint == ""
    assert special["trash_folder"].hint.startswith("“Sent” is the folder for sent mail already.")


def test_a_server_with_nothing_special_is_no_news(office: Office, dovecot: Dovecot, run):
    box = office.mailbox(server=dovecot)

    map_folders(office.deps, begin(office, box, run), names("INBOX", "Projects"))

    assert entries(office, box, "folder.mapped") == []


def test_a_sync_finds_them_and_looks_again_when_the_settings_name_others(office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    office.clock.advance(minutes=1)
    office.sync(box)
    assert known(office, box)[SENT] == "Sent"
    dovecot.create_folder(box.account, "Ausgang")

    office.clock.advance(minutes=5)
    change_settings(office.deps, {"sent_folder": "Ausgang"}, actor=ADMIN)
    office.sync(box)
    by_the_office = known(office, box)[SENT]
    office.clock.advance(minutes=5)
    save(office, box.person, sent_folder="Sent", set_by="operator", test=False)
    office.sync(box)

    assert (by_the_office, known(office, box)[SENT]) == ("Ausgang", "Sent")
    assert len(entries(office, box, "folder.mapped")) == 3
