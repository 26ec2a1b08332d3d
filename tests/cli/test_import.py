"""`mailboxadmin import`."""

import io
import sys

import pytest

from mailboxadmin.cli import import_
from tests.support import mails

FROM = b"From ann@example.org Mon Jan  8 08:00:00 2024\n"


@pytest.fixture
def mbox(tmp_path):
    """An mbox with three messages, the second of them read."""
    file = tmp_path / "old.mbox"
    texts = [mails.message(number).replace(b"\r\n", b"\n") for number in range(3)]
    texts[1] = b"Status: RO\n" + texts[1]
    file.write_bytes(b"".join(FROM + text + b"\n" for text in texts))
    return file


@pytest.fixture
def anna(office):
    return office.person("anna@example.org")


def test_messages_of_an_mbox_are_listed_without_uid(run, anna, mbox):
    done = run("import", "anna@example.org", str(mbox))

    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines() == [
        "3 imported, 0 were here already, 0 cannot be read as mail.",
        "They are in INBOX, without a UID until a sync finds them on the server.",
    ]
    listed = run("messages", "anna@example.org", "--json").objects
    assert {each["message_id"]: each["seen"] for each in listed} == {
        mails.message_id(0): False,
        mails.message_id(1): True,
        mails.message_id(2): False,
    }
    assert {(each["folder"], each["uid"], each["removed"]) for each in listed} == {
        ("INBOX", None, False)
    }
    assert {each["size"] for each in listed} == {len(mails.message(n)) for n in range(3)}


def test_a_second_time_nothing_is_added(run, anna, mbox):
    run("import", "anna@example.org", str(mbox))

    done = run("import", "anna@example.org", str(mbox))

    assert done.out == "0 imported, 3 were here already, 0 cannot be read as mail.\n"
    assert len(run("messages", "anna@example.org", "--json").objects) == 3
    assert len(run("activity", "--code", "read_status.no_uid", "--json").objects) == 3


def test_each_message_is_logged_once_and_the_import_once(run, anna, mbox):
    run("import", "anna@example.org", str(mbox))

    ids = {each["id"] for each in run("messages", "anna@example.org", "--json").objects}
    entries = run("activity", "--code", "read_status.no_uid", "--json").objects
    (imported,) = run("activity", "--code", "mailbox.imported", "--json").objects
    assert {each["message"] for each in entries} == {
        f"Email ID {each} has no UID stored" for each in ids
    }
    assert {(each["level"], each["mailbox"], each["actor"]) for each in entries} == {
        ("info", "anna@example.org", "command line")
    }
    assert "read status cannot be sent" in entries[0]["detail"]["meaning"]
    assert (imported["detail"]["imported"], imported["detail"]["here"]) == (3, 0)


def test_what_was_exported_is_here_already(run, anna, mbox, tmp_path):
    run("import", "anna@example.org", str(mbox))
    for form in ("eml", "maildir"):
        run("export", "anna@example.org", str(tmp_path / form), "--format", form)

        done = run("import", "anna@example.org", str(tmp_path / form))

        assert done.out == "0 imported, 3 were here already, 0 cannot be read as mail.\n"


@pytest.mark.parametrize("form", ["eml", "maildir"])
def test_what_was_exported_can_be_imported_elsewhere(run, office, anna, mbox, tmp_path, form):
    office.person("bob@example.org")
    run("import", "anna@example.org", str(mbox))
    run("export", "anna@example.org", str(tmp_path / "out"), "--format", form)

    run("import", "bob@example.org", str(tmp_path / "out"))
    run("export", "bob@example.org", str(tmp_path / "again"), "--format", form)

    assert contents(tmp_path / "again") == contents(tmp_path / "out")


def contents(folder):
    return sorted(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_what_cannot_be_read_as_mail_is_kept_and_counted(run, anna, tmp_path):
    file = tmp_path / "bad.mbox"
    file.write_bytes(FROM + b"\nno header at all\n\n" + FROM + b"Subject: good\n\nHello\n")

    done = run("import", "anna@example.org", str(file))

    assert done.status == 0
    assert done.out.startswith("2 imported, 0 were here already, 1 cannot be read as mail.\n")
    (entry,) = run("activity", "--code", "message.quarantined", "--json").objects
    assert entry["detail"]["problem"] == "The message has no header."


def test_an_empty_file_is_no_fault(run, anna, tmp_path):
    (tmp_path / "empty.mbox").touch()

    done = run("import", "anna@example.org", str(tmp_path / "empty.mbox"))

    assert (done.status, done.err) == (0, "")
    assert done.out == "0 imported, 0 were here already, 0 cannot be read as mail.\n"


@pytest.mark.parametrize("content", [None, b"PK\x03\x04 something else"])
def test_bad_input_is_one_sentence_and_changes_nothing(run, anna, tmp_path, content):
    file = tmp_path / "thing"
    if content is not None:
        file.write_bytes(content)

    done = run("import", "anna@example.org", str(file))

    assert (done.status, done.out) == (2, "")
    assert done.complaint.startswith(f"file: {file} ")
    assert run("activity", "--code", "mailbox.imported", "--json").objects == []


def test_nobody_of_that_address_is_said(run, mbox):
    done = run("import", "nobody@example.org", str(mbox))

    assert done.status == 2
    assert "nobody@example.org" in done.complaint


def test_a_file_that_cannot_be_opened_is_said_and_the_others_go_in(
    run, anna, tmp_path, monkeypatch
):
    for name in ("a.eml", "b.eml"):
        (tmp_path / name).write_bytes(b"Subject: %s\n\nHello\n" % name.encode())
    # Found when the folder was looked through, gone when it is read.
    monkeypatch.setattr("mailboxadmin.services.files.mail_files._holds_mail", lambda file: True)
    (tmp_path / "c.eml").symlink_to(tmp_path / "gone")

    done = run("import", "anna@example.org", str(tmp_path))

    assert done.status == 1
    assert done.out.startswith("2 imported")
    assert "c.eml: No such file or directory" in done.complaint


def test_who_waits_at_a_terminal_sees_how_far_it_is(run, anna, mbox, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    with import_._progress() as show:
        show(1, 3)
        show(0, 0)

    assert "\r33 % of the file is done." in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")
