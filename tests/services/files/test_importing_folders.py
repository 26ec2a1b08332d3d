"""Maildirs, .eml files and folders of them, and what is none of these."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.services.files.mail_files import Letter, open_source
from mailboxadmin.services.files.maildir import folder_of_name, maildir_flags

RAW = b"Subject: x\r\n\r\nHello\r\n"


def letters(path: Path) -> list[Letter]:
    return list(open_source(path).letters())


def maildir(path: Path, **files: str) -> Path:
    """A Maildir with one file in each of these parts: cur="name", new="name"."""
    for part in ("cur", "new", "tmp"):
        (path / part).mkdir(parents=True)
    for part, name in files.items():
        (path / part / name).write_bytes(b"Subject: %s\n\nHello\n" % part.encode())
    return path


def test_a_maildir_has_its_flags_in_the_names(tmp_path: Path):
    path = maildir(tmp_path / "mail", cur="1704700800.M1.host,S=20:2,FRS", new="1704700900.M2.host")

    old, new = letters(path)

    assert (old.folder, old.flags) == ("INBOX", {"\\Flagged", "\\Answered", "\\Seen"})
    assert b"".join(old.pieces()) == b"Subject: cur\r\n\r\nHello\r\n"
    assert (new.folder, new.flags) == ("INBOX", frozenset())


@pytest.mark.parametrize("name", ["1.a;2,S", "1.a!2,S", "1.a:2,DS"])
def test_names_for_other_file_systems_are_known(tmp_path: Path, name: str):
    (letter,) = letters(maildir(tmp_path / "mail", cur=name))

    assert "\\Seen" in letter.flags


def test_the_earlier_of_delivery_and_change_is_the_arrival(tmp_path: Path):
    path = maildir(tmp_path / "mail", cur="1704700800.M1.host:2,", new="1704700800.M2.host")
    os.utime(path / "new" / "1704700800.M2.host", (1_600_000_000,) * 2)

    copied, moved = letters(path)

    assert copied.arrived_at == datetime.fromtimestamp(1_704_700_800, UTC)
    assert moved.arrived_at == datetime.fromtimestamp(1_600_000_000, UTC)


def test_subfolders_keep_their_names(tmp_path: Path):
    path = maildir(tmp_path / "mail", cur="1.a:2,")
    maildir(path / ".Sent", cur="2.b:2,S")
    maildir(path / ".Archive.2024", new="3.c")
    maildir(path / ".Entw&APw-rfe", new="4.d")

    assert [letter.folder for letter in letters(path)] == [
        "INBOX",
        "Archive/2024",
        "Entwürfe",
        "Sent",
    ]


def test_what_is_no_message_in_a_maildir_is_passed_by(tmp_path: Path):
    path = maildir(tmp_path / "mail", cur="1.a:2,")
    (path / "cur" / ".hidden").write_bytes(b"x")
    (path / "cur" / "folder").mkdir()
    (path / "dovecot.index.log").write_bytes(b"x")
    os.mkfifo(path / "new" / "pipe")

    assert len(letters(path)) == 1


def test_a_folder_of_eml_files_and_one_of_folders(tmp_path: Path):
    for name in ("b.eml", "a.EML", "readme.txt", "Sent/1.eml", "a%2Fb/1.eml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(RAW)

    found = [(letter.folder, Path(letter.place).name) for letter in letters(tmp_path)]

    assert found == [("INBOX", "a.EML"), ("INBOX", "b.eml"), ("Sent", "1.eml"), ("a/b", "1.eml")]


@pytest.mark.parametrize("name", ["a.eml", "a", "a.txt"])
def test_a_message_is_known_by_its_header(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(RAW)

    (letter,) = letters(tmp_path / name)

    assert b"".join(letter.pieces()) == RAW
    assert (letter.folder, letter.flags, letter.arrived_at) == ("INBOX", frozenset(), None)


def test_what_is_called_eml_is_taken_even_when_it_is_none(tmp_path: Path):
    (tmp_path / "a.eml").write_bytes(b"\x89PNG")

    assert len(letters(tmp_path / "a.eml")) == 1


def test_a_maildir_without_messages_is_one(tmp_path: Path):
    assert letters(maildir(tmp_path / "mail")) == []


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "cannot be read: No such file"),
        (lambda path: path.mkdir(), "a folder without mail"),
        (lambda path: path.write_bytes(b"%PDF-1.7\nstream\n"), "is no mail"),
        (lambda path: path.write_bytes(b"Just some words\nof text\n"), "is no mail"),
        (lambda path: path.write_bytes(b"note: buy milk\nand bread\n"), "is no mail"),
        (os.mkfifo, "neither a file nor a folder"),
        (lambda path: path.symlink_to(path), "cannot be read"),
    ],
)
def test_what_is_no_mail_is_said_in_a_sentence(tmp_path: Path, make, said: str):
    path = tmp_path / "thing"
    make(path)

    with pytest.raises(InvalidInput) as refused:
        open_source(path)

    assert said in refused.value.sentence
    assert str(path) in refused.value.sentence


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        (".Sent", "Sent"),
        (".a.b.c", "a/b/c"),
        (".Tom &- Ann", "Tom & Ann"),
        (".&ZeVnLIqe-", "日本語"),
        (".&broken", "&broken"),
        (".&2AA-", "&2AA-"),
        ("..", ""),
    ],
)
def test_names_of_maildir_folders_are_decoded(name: str, folder: str):
    assert folder_of_name(name) == folder


def test_letters_go_there_and_back():
    letters = maildir_flags("\\Deleted \\Draft $Forwarded \\Seen other", seen=True)

    assert letters == "DPST"


def test_a_file_from_before_all_time_has_an_arrival(tmp_path: Path):
    path = maildir(tmp_path / "mail", cur="x:2,")
    os.utime(path / "cur" / "x:2,", (-5, -5))

    (letter,) = letters(path)

    assert letter.arrived_at == datetime(1970, 1, 1, tzinfo=UTC)
