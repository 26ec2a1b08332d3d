"""`mailboxadmin export`."""

import mailbox
from datetime import timedelta

import pytest

from mailboxadmin.services.files.export_names import folder_name
from mailboxadmin.services.files.maildir import maildir_flags
from mailboxadmin.store.tables_mail import MessageBytesRow, MessagePartRow, MessageRow
from tests.cli.conftest import FIRST_ARRIVAL, store_messages


@pytest.fixture
def target(tmp_path):
    return tmp_path / "export"


def test_eml_files_are_the_bytes_of_the_server(run, office, target):
    anna = office.person("anna@example.org")
    raws = store_messages(office, anna.mailbox_id, 3, folder="Archive/2024", removed=1)

    done = run("export", "anna@example.org", str(target), "--format", "eml")

    assert done.status == 0
    files = {path.relative_to(target).as_posix(): path.read_bytes() for path in _files(target)}
    assert files == {"Archive%2F2024/1.eml": raws[0], "Archive%2F2024/2.eml": raws[1]}


def test_removed_ones_come_when_asked_for(run, office, target):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 3, removed=1)

    run("export", "anna@example.org", str(target), "--format", "eml", "--removed")

    assert (target / "INBOX" / "3.eml").exists()


def test_a_message_without_uid_is_named_by_its_id(run, office, target):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 1)
    with office.deps.store.write() as db:
        row = db.query(MessageRow).one()
        row.uid = None

    run("export", "anna@example.org", str(target), "--format", "eml")

    assert [file.name for file in _files(target)] == [f"id-{row.id}.eml"]


def test_a_maildir_is_one_that_others_read(run, office, target):
    anna = office.person("anna@example.org")
    raws = store_messages(office, anna.mailbox_id, 2)

    run("export", "anna@example.org", str(target), "--format", "maildir")

    read = mailbox.Maildir(target / "INBOX", create=False)
    flags = {message["Subject"]: message.get_flags() for message in read}
    assert flags == {"Order 1": "RS", "Order 2": ""}
    assert sorted(file.read_bytes() for file in _files(target)) == sorted(raws)


@pytest.mark.parametrize("form", ["eml", "maildir"])
def test_a_second_export_changes_nothing(run, office, target, form):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 2)
    run("export", "anna@example.org", str(target), "--format", form)
    before = {file: file.stat().st_mtime_ns for file in _files(target)}

    done = run("export", "anna@example.org", str(target), "--format", form)

    assert done.out == "0 written, 2 were there already.\n"
    assert {file: file.stat().st_mtime_ns for file in _files(target)} == before


def test_a_flag_that_changed_renames_the_file_in_a_maildir(run, office, target):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 1)
    run("export", "anna@example.org", str(target), "--format", "maildir")
    run("mark", "anna@example.org", "1", "--unread")

    run("export", "anna@example.org", str(target), "--format", "maildir")

    assert [file.name.partition(":")[2] for file in _files(target)] == ["2,R"]


def test_a_file_with_other_content_is_left_and_said(run, office, target):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 2)
    (target / "INBOX").mkdir(parents=True)
    (target / "INBOX" / "1.eml").write_bytes(b"mine")

    done = run("export", "anna@example.org", str(target), "--format", "eml")

    assert done.status == 1
    assert "1.eml" in done.complaint
    assert (target / "INBOX" / "1.eml").read_bytes() == b"mine"
    assert (target / "INBOX" / "2.eml").exists()


def test_nothing_is_written_outside_the_folder(run, office, target):
    anna = office.person("anna@example.org")
    for folder in ("../escape", "..", "/etc/x", "a\\..\\b"):
        store_messages(office, anna.mailbox_id, 1, folder=folder)

    run("export", "anna@example.org", str(target), "--format", "eml")

    assert len(_files(target)) == 4
    assert [each.name for each in target.parent.iterdir() if each.name.startswith("escape")] == []


def test_a_folder_that_is_a_link_is_refused(run, office, target):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 1)
    elsewhere = target.parent / "elsewhere"
    elsewhere.mkdir()
    target.mkdir()
    (target / "INBOX").symlink_to(elsewhere)

    done = run("export", "anna@example.org", str(target), "--format", "eml")

    assert done.status == 1
    assert "link" in done.complaint
    assert list(elsewhere.iterdir()) == []


def test_the_owner_sees_that_it_was_exported(run, office, target):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 2)

    run("export", "anna@example.org", str(target), "--format", "eml")

    [entry] = run("activity", "--code", "mailbox.exported", "--json").objects
    assert (entry["mailbox"], entry["actor"]) == ("anna@example.org", "command line")


@pytest.mark.parametrize("form", ["eml", "maildir"])
def test_files_carry_the_time_of_arrival(run, office, target, form):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 1)

    run("export", "anna@example.org", str(target), "--format", form)

    [file] = _files(target)
    assert file.stat().st_mtime == (FIRST_ARRIVAL + timedelta(hours=1)).timestamp()


@pytest.mark.parametrize("form", ["eml", "maildir"])
def test_a_big_message_is_put_together_from_its_parts(run, office, target, form):
    anna = office.person("anna@example.org")
    parts = in_parts(office, anna.mailbox_id, expected_size=None)

    run("export", "anna@example.org", str(target), "--format", form)
    again = run("export", "anna@example.org", str(target), "--format", form)

    [file] = _files(target)
    assert file.read_bytes() == b"".join(parts)
    assert again.out == "0 written, 1 were there already.\n"


def test_a_message_that_is_still_on_its_way_is_left_out_and_said(run, office, target):
    anna = office.person("anna@example.org")
    in_parts(office, anna.mailbox_id, expected_size=10_000_000)

    done = run("export", "anna@example.org", str(target), "--format", "eml")

    assert (done.status, _files(target)) == (0, [])
    assert done.out == "0 written, 0 were there already.\n"
    assert done.complaint.startswith("1 were left out")


def in_parts(office, mailbox_id, *, expected_size):
    """One message that lies in parts."""
    parts = [b"Subject: big\r\n\r\n", b"x" * 1000, b"end"]
    store_messages(office, mailbox_id, 1)
    with office.deps.store.write() as db:
        row = db.query(MessageRow).one()
        row.expected_size = expected_size
        db.query(MessageBytesRow).delete()
        for number, raw in enumerate(parts):
            db.add(MessagePartRow(message_id=row.id, number=number, raw=raw))
    return parts


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("INBOX", "INBOX"),
        ("Entwürfe", "Entwürfe"),
        ("a b", "a b"),
        ("..", "%2E%2E"),
        (".hidden", "%2Ehidden"),
        ("a/b", "a%2Fb"),
        ("100%", "100%25"),
        ("a\nb\x00", "a%0Ab%00"),
        ("end.", "end%2E"),
        ("end ", "end%20"),
    ],
)
def test_what_is_unsafe_in_a_folder_name_is_percent_encoded(folder, name):
    assert folder_name(folder) == name


def test_long_names_fit_and_stay_apart():
    long = "ä" * 300

    names = {folder_name(long + "1"), folder_name(long + "2")}

    assert len(names) == 2
    assert all(len(name.encode()) < 255 for name in names)


def test_the_letters_of_a_maildir_are_in_their_order():
    assert maildir_flags("\\Flagged \\Answered \\Deleted custom", seen=True) == "FRST"


def _files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())
