"""What debug mode leaves in the instance folder: no secret, no mail, and never too much."""

import stat
from datetime import timedelta

import pytest

from mailboxadmin.domain.errors import NotFound
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.checking.check import run_check
from mailboxadmin.services.debug import recording as module
from mailboxadmin.services.debug.debugging import switch_on
from mailboxadmin.services.debug.recording import LARGEST_FILE_BYTES, Recording, make_room
from mailboxadmin.services.debug.recordings import (
    delete_recording,
    delete_recordings,
    last_raw_error,
    lines_of,
    list_recordings,
    read_recording,
)
from mailboxadmin.services.files.importing import import_messages
from mailboxadmin.services.keeping.prune import prune
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.reading.messages import mark_messages
from mailboxadmin.services.sign_in.refreshing import refresh_token
from tests.support.faults.canary import CANARY, leaks
from tests.support.full_disk import no_file_grows
from tests.support.stored import stored

GRACE = "grace@example.org"
WORD = "xylophone"


def mail(number: int) -> bytes:
    """A message that says one word everywhere."""
    return (
        f"Message-ID: <{WORD}{number}@example.org>\r\nFrom: {WORD} <{WORD}@example.org>\r\n"
        f"Subject: {WORD}\r\nX-{WORD}: {WORD}\r\nContent-Type: text/plain; name={WORD}\r\n\r\n"
        f"{WORD} {number}\r\n"
    ).encode()


@pytest.fixture
def ann(office, dovecot):
    """A mailbox with two messages, which is recorded."""
    box = office.mailbox(server=dovecot)
    for number in (1, 2):
        dovecot.deliver(box.account, mail(number))
    switch_on(office.deps, mailbox_id=box.id, minutes=1440, actor=GRACE)
    return box


def texts(office) -> list[str]:
    """All that was recorded."""
    folder = office.deps.instance / "debug"
    return [file.read_text() for file in sorted(folder.glob("*"))]


def test_a_run_and_a_test_are_recorded_for_this_user_only(office, ann):
    office.sync(ann)
    run_check(office.deps, ann.id, actor=GRACE)

    folder = office.deps.instance / "debug"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert sorted(each.kind for each in list_recordings(office.deps)) == ["check", "run"]
    run = next(each for each in list_recordings(office.deps) if each.kind == "run")
    found, text = read_recording(office.deps, ann.id, run.name)
    assert (found.mailbox_id, found.began_at) == (ann.id, office.clock.now())
    assert [line.who for line in lines_of(text)][:4] == ["", "", "", "--"]
    assert 'EXAMINE "INBOX"' in text and "connection closed" in text


def test_a_mailbox_for_which_it_is_off_is_not_recorded(office, ann, dovecot):
    ben = office.mailbox(server=dovecot)

    office.sync(ben)

    assert list_recordings(office.deps) == []


def test_no_word_of_mail_is_in_it_whatever_a_sync_does(office, ann, dovecot, tmp_path):
    change_settings(office.deps, {"sync_read_status": "yes"}, actor=GRACE)
    (tmp_path / "3.eml").write_bytes(mail(3))
    import_messages(
        office.deps, ann.id, tmp_path / "3.eml", actor=GRACE, on_progress=lambda *_: None
    )
    dovecot.deliver(ann.account, mail(3))
    office.sync(ann)
    for row in stored(office, ann):
        mark_messages(office.deps, ann.id, [row.id], seen=True, actor=ann.person.email)
    office.sync(ann)
    dovecot.deliver(ann.account, mail(4))
    dovecot.expunge(ann.account, "INBOX", [1])
    dovecot.add_flags(ann.account, "INBOX", [2], rf"\Flagged {WORD}")
    office.sync(ann)
    dovecot.change_uid_validity(ann.account)
    office.sync(ann)
    run_check(office.deps, ann.id, actor=GRACE)

    said = "\n".join(texts(office))
    assert "UID STORE" in said and "BODY.PEEK[" in said and "HEADER.FIELDS" in said
    assert WORD not in said.lower()


def test_no_password_is_in_it_whether_or_not_it_is_taken(office, dovecot):
    account = dovecot.user("odd@example.org", CANARY)
    where = Server(host=dovecot.host, port=dovecot.port, encryption=Encryption.NONE)
    box = office.mailbox_at(where, account)
    switch_on(office.deps, mailbox_id=None, minutes=60, actor=GRACE)

    office.sync(box)
    office.clock.advance(minutes=1)
    dovecot.change_password(account, "another one")
    office.sync(box)
    run_check(office.deps, box.id, actor=GRACE)

    assert len(texts(office)) == 3
    assert leaks(texts(office), account) == []


@pytest.mark.parametrize("key", list(AppKey))
def test_no_token_is_in_it_however_the_provider_answers(token_office, key):
    office, ann = token_office.office, token_office.connected(key)
    switch_on(office.deps, mailbox_id=ann.id, minutes=1440, actor=GRACE)
    seen = {*token_office.tokens(ann)}
    office.sync(ann)
    office.clock.advance(hours=2)
    office.sync(ann)
    seen |= {*token_office.tokens(ann)}
    refresh_token(office.deps, ann.id, actor=GRACE)
    seen |= {*token_office.tokens(ann)}
    token_office.provider.revoke(ann.account.name)
    office.clock.advance(hours=2)
    office.sync(ann)
    secret = token_office.provider.app(key).client_secret

    said = "\n".join(texts(office))
    assert "token endpoint asked: refresh → ok" in said
    assert "token endpoint asked: refresh → 400 invalid_grant" in said
    assert "XOAUTH2 ••••" in said
    assert [form for form in (*seen, secret) if form in said] == []


def test_what_went_wrong_is_there_as_the_program_met_it(office, ann, dovecot):
    dovecot.change_password(ann.account, "another one")

    office.sync(ann)

    raw = last_raw_error(office.deps, ann.id)
    assert raw.startswith("mailboxadmin.domain.errors.MailFailure: ") or "imaplib" in raw
    assert "AUTHENTICATIONFAILED" in raw


def test_a_long_one_keeps_its_beginning_and_its_end(office):
    until = office.clock.now() + timedelta(hours=1)
    switch_on(office.deps, mailbox_id=None, minutes=60, actor=GRACE)
    office.person("anna@example.org")
    long = Recording.begin(office.deps, 1, "run-1", until)
    assert long is not None

    for number in range(40_000):
        long.write(f"{number:>8} ms  S:  * {number} EXISTS " + "x" * 60)
    long.end()

    size = long.file.stat().st_size
    lines = long.file.read_text().splitlines()
    assert 900_000 < size <= LARGEST_FILE_BYTES
    assert lines[3].startswith("       0 ms") and lines[-1].startswith("   39999 ms")
    assert any("lines were left out here" in line for line in lines)


def test_the_oldest_make_room_for_a_new_one(tmp_path):
    import os

    for number in range(5):
        file = tmp_path / f"1-2026030{number}-090000-run-{number}.txt"
        file.write_bytes(b"x" * 900_000)
        os.utime(file, (number, number))

    make_room(tmp_path, limit=3_000_000)

    assert sorted(file.name[14] for file in tmp_path.iterdir()) != []
    assert [file.name for file in sorted(tmp_path.iterdir())] == [
        "1-20260303-090000-run-3.txt",
        "1-20260304-090000-run-4.txt",
    ]


def test_a_full_disk_ends_the_recording_and_not_the_sync(office, ann, caplog, monkeypatch):
    def full(fd: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "write", full)
    report = office.sync(ann)

    assert (report.outcome, report.counts.new) == (Outcome.OK, 2)
    said = [each.getMessage() for each in caplog.records if each.name == module.__name__]
    assert len(said) == 1 and "No space left on device" in said[0]


def test_a_disk_that_fills_while_it_is_written_ends_it_quietly(office, caplog):
    switch_on(office.deps, mailbox_id=None, minutes=60, actor=GRACE)
    until = office.clock.now() + timedelta(hours=1)
    begun = Recording.begin(office.deps, 1, "run-1", until)
    assert begun is not None

    with no_file_grows():
        for _ in range(2000):
            begun.write("x" * 100)
        begun.end()

    said = [each for each in caplog.records if each.name == module.__name__]
    assert len(said) == 1


def test_a_folder_that_cannot_be_made_stops_no_sync(office, ann):
    (office.deps.instance / "debug").write_text("in the way")

    assert office.sync(ann).outcome is Outcome.OK


def test_they_are_kept_for_a_week(office, ann):
    office.sync(ann)
    office.clock.advance(days=6, hours=23)
    prune(office.deps)
    young = list_recordings(office.deps)
    office.clock.advance(hours=2)

    prune(office.deps)

    assert len(young) == 1
    assert list_recordings(office.deps) == []


def test_one_or_all_of_a_mailbox_are_deleted(office, ann, dovecot):
    switch_on(office.deps, mailbox_id=None, minutes=1440, actor=GRACE)
    ben = office.mailbox(server=dovecot)
    for _ in range(3):
        office.sync(ann)
    office.sync(ben)
    [first, *_] = list_recordings(office.deps, ann.id)

    delete_recording(office.deps, ann.id, first.name)
    assert len(list_recordings(office.deps, ann.id)) == 2
    delete_recordings(office.deps, ann.id)

    assert [each.mailbox_id for each in list_recordings(office.deps)] == [ben.id]


@pytest.mark.parametrize(
    "name",
    ["../secret", "../../secret.key", "2-20260302-090000-run-1", "1-20260302-090000-run-1/..", ""],
)
def test_nothing_else_is_read_or_deleted(office, ann, name):
    with pytest.raises(NotFound):
        read_recording(office.deps, 1, name)
    with pytest.raises(NotFound):
        delete_recording(office.deps, 1, name)


def test_a_link_in_the_folder_leads_nowhere(office, ann, tmp_path):
    folder = office.deps.instance / "debug"
    folder.mkdir()
    (tmp_path / "key").write_text("the key")
    (folder / "1-20260302-090000-run-1.txt").symlink_to(tmp_path / "key")

    with pytest.raises(NotFound):
        read_recording(office.deps, 1, "1-20260302-090000-run-1")
