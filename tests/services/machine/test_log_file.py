"""The program's own log: private, and never lost when it is moved away."""

import logging
import os
from logging.handlers import WatchedFileHandler
from pathlib import Path

import pytest

from mailboxadmin.services.machine.log_file import LARGEST_BYTES, log_file, rotate_log, write_log


def test_only_this_user_reads_it(tmp_path):
    write_log(tmp_path)
    logging.getLogger("mailboxadmin").info("hello")

    assert log_file(tmp_path).stat().st_mode & 0o777 == 0o600
    assert log_file(tmp_path).parent.stat().st_mode & 0o077 == 0
    assert "hello" in log_file(tmp_path).read_text()


def test_what_libraries_say_on_the_wire_is_not_in_it(tmp_path):
    write_log(tmp_path)
    logging.getLogger("imapclient.imaplib").info("> LOGIN anna secret")

    assert "secret" not in log_file(tmp_path).read_text()


def test_a_process_goes_on_in_a_new_file_when_the_old_one_was_moved(tmp_path):
    write_log(tmp_path)
    logging.getLogger("mailboxadmin").info("x" * (LARGEST_BYTES + 1))

    rotate_log(tmp_path)
    logging.getLogger("mailboxadmin").info("after")

    assert log_file(tmp_path).read_text().endswith("after\n")
    assert log_file(tmp_path).with_suffix(".log.1").stat().st_size > LARGEST_BYTES


def test_a_second_instance_in_the_process_takes_the_log_over(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    write_log(tmp_path / "a")
    write_log(tmp_path / "b")
    logging.getLogger("mailboxadmin").info("hello")

    assert "hello" not in log_file(tmp_path / "a").read_text()
    assert "hello" in log_file(tmp_path / "b").read_text()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_prints_no_traceback_and_later_lines_are_written(tmp_path, capsys):
    log_file(tmp_path).parent.mkdir()
    log_file(tmp_path).symlink_to("/dev/full")
    write_log(tmp_path)

    logging.getLogger("mailboxadmin").error("the disk is full")
    make_room(tmp_path / "room")
    logging.getLogger("mailboxadmin").error("there is room")

    assert capsys.readouterr().err == ""
    assert "there is room" in (tmp_path / "room").read_text()


def make_room(file: Path) -> None:
    """What the open log writes goes to that file from now on, as on a disk that has room again."""
    [handler] = [
        each for each in logging.getLogger().handlers if isinstance(each, WatchedFileHandler)
    ]
    with file.open("wb") as room:
        os.dup2(room.fileno(), handler.stream.fileno())
