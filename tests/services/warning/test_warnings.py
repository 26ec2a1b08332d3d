"""What will break is told while all is green, and once each."""

import shutil
from datetime import timedelta

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE, Code
from mailboxadmin.domain.certificate import Certificate, Pin
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.syncing.observing import keep_watch
from mailboxadmin.services.warning.warnings import Foreseen, read_warnings, tell_warnings
from mailboxadmin.store import watch
from mailboxadmin.store.certificates import pin_certificate
from mailboxadmin.store.tables import MailboxRow
from mailboxadmin.store.tables_mail import FolderRow
from tests.support import mails, states
from tests.support.broken import configured
from tests.support.dovecot import Dovecot
from tests.support.full_disk import leave_free
from tests.support.log import logged
from tests.support.office import Office

GB = 10**9


def foreseen(office: Office, code: Code) -> list[Foreseen]:
    return [each for each in read_warnings(office.deps) if each.code is code]


def told(office: Office, code: Code) -> list[str]:
    tell_warnings(office.deps)
    tell_warnings(office.deps)
    return [row.message for row in logged(office, code)]


def certificate(office: Office, days: float) -> Certificate:
    now = office.clock.now()
    return Certificate(
        fingerprint="ab" * 32,
        issuer="Let’s Encrypt",
        self_signed=False,
        names=("mail.example.org",),
        starts_at=now - timedelta(days=80),
        ends_at=now + timedelta(days=days),
        host="mail.example.org",
    )


def show(office: Office, days: float, server: str = "mail.example.org:993") -> None:
    with office.deps.store.write() as db:
        watch.note_certificate(db, server, certificate(office, days), office.clock.now())


def test_a_certificate_that_ends_soon_is_told_at_each_of_the_days(office: Office):
    configured(office, "anna@example.org", imap_host="mail.example.org")
    show(office, 15.6)
    assert told(office, Code.CERTIFICATE_EXPIRING) == []

    for _ in range(17 * 4):
        tell_warnings(office.deps)
        office.clock.advance(hours=6)

    rows = logged(office, Code.CERTIFICATE_EXPIRING)
    assert [row.detail["days"] for row in rows] == [14, 7, 1, 0]
    assert "The certificate of mail.example.org:993 (from Let’s Encrypt) ends in 13 days" in (
        rows[0].message
    )
    assert "then Anna cannot connect any more" in rows[0].message
    assert "has ended" in rows[3].message


def test_a_pinned_one_and_a_server_of_nobody_are_left_out(office: Office):
    configured(office, "anna@example.org", imap_host="mail.example.org")
    show(office, 3)
    show(office, 3, "old.example.org:993")
    assert len(foreseen(office, Code.CERTIFICATE_EXPIRING)) == 1
    now = office.clock.now()
    pin = Pin(host="mail.example.org", fingerprint="ab" * 32, pinned_at=now, pinned_by="grace")
    with office.deps.store.write() as db:
        pin_certificate(db, pin)

    assert foreseen(office, Code.CERTIFICATE_EXPIRING) == []


@pytest.mark.parametrize("encryption", list(Encryption))
def test_a_sync_over_tls_notes_the_certificate_and_one_without_does_not(
    open_office, dovecot: Dovecot, encryption: Encryption
):
    office = open_office(ca_file=str(dovecot.ca_file))
    port = dovecot.ssl_port if encryption is Encryption.SSL else dovecot.port
    where = Server(host="localhost", port=port, encryption=encryption)
    box = office.mailbox_at(where, dovecot.user())

    assert office.sync(box).finding is None

    with office.deps.store.read() as db:
        shown = watch.certificates_since(db, office.clock.now())
    tls = encryption is not Encryption.NONE
    assert [each.server for each in shown] == ([f"localhost:{port}"] if tls else [])


def test_a_disk_that_fills_is_told_with_the_days_that_are_left(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    for day in range(4):
        leave_free(monkeypatch, (14 - day) * GB)
        keep_watch(office.deps)
        office.clock.advance(days=1)
    leave_free(monkeypatch, 10 * GB)

    [message] = told(office, Code.DISK_FILLING)

    assert "is full in 10 days if it goes on as in the last days: 10.0 GB are free" in message


def test_a_disk_that_stays_as_it_is_is_not(office: Office, monkeypatch: pytest.MonkeyPatch):
    for _ in range(3):
        leave_free(monkeypatch, 14 * GB)
        keep_watch(office.deps)
        office.clock.advance(days=1)

    assert foreseen(office, Code.DISK_FILLING) == []


def test_room_is_sampled_once_an_hour(office: Office, monkeypatch: pytest.MonkeyPatch):
    asked = []
    usage = shutil.disk_usage

    def counting(path):
        asked.append(path)
        return usage(path)

    monkeypatch.setattr(shutil, "disk_usage", counting)
    for _ in range(6):
        keep_watch(office.deps)
        office.clock.advance(minutes=20)

    assert len(asked) == 2


def green(office: Office, name: str) -> int:
    return states.put(office, states.somebody(office, name), State.OK)


def test_a_green_mailbox_that_receives_nothing_is_told_once_until_mail_comes(office: Office):
    busy, new = green(office, "Anna Keller"), green(office, "Ben Okoye")
    for hour in range(30):
        states.put_mail(office, busy, 1, hours_ago=30 - hour)
    states.put_mail(office, new, 19, hours_ago=1)
    keep_watch(office.deps)
    office.clock.advance(hours=22)
    assert foreseen(office, Code.MAILBOX_QUIET) == []
    office.clock.advance(hours=3)

    [message] = told(office, Code.MAILBOX_QUIET)
    states.put_mail(office, busy, 1)

    assert "Anna Keller’s mailbox works, but nothing came since 2026-03-02T08:00:00Z" in message
    assert "usually something comes within 1 hour" in message
    assert foreseen(office, Code.MAILBOX_QUIET) == []


def test_a_broken_one_is_not_called_quiet(office: Office):
    box = green(office, "Anna Keller")
    for hour in range(30):
        states.put_mail(office, box, 1, hours_ago=30 - hour)
    keep_watch(office.deps)
    office.clock.advance(days=3)
    assert foreseen(office, Code.MAILBOX_QUIET)
    with office.deps.store.write() as db:
        db.get_one(MailboxRow, box).state = State.PAUSED.value

    assert foreseen(office, Code.MAILBOX_QUIET) == []


@pytest.fixture
def synced(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    dovecot.deliver_many(box.account, mails.generate(5))
    office.sync(box)
    return box


def lose(office: Office, box) -> None:
    """A message less than the server counted."""
    with office.deps.store.write() as db:
        db.query(FolderRow).filter_by(mailbox_id=box.id, name="INBOX").one().messages -= 1


def test_counts_that_agree_are_not_told_and_a_difference_is_once(office: Office, synced):
    assert foreseen(office, Code.FOLDER_COUNTS_DIFFER) == []
    lose(office, synced)

    [message] = told(office, Code.FOLDER_COUNTS_DIFFER)

    assert "The server counted 5 messages in “INBOX” of" in message and "4 are here" in message


@pytest.mark.parametrize(
    ("key", "value"),
    [("fetch_only_unread", "yes"), ("sync_since_days", "7"), ("max_messages_per_sync", "100")],
)
def test_what_settings_leave_out_is_no_difference(office: Office, synced, key: str, value: str):
    lose(office, synced)
    change_settings(office.deps, {key: value}, actor=COMMAND_LINE)

    assert foreseen(office, Code.FOLDER_COUNTS_DIFFER) == []
