"""The program's own log: private, and never lost when it is moved away."""

import logging

from mailboxadmin.services.log_file import LARGEST_BYTES, log_file, rotate_log, write_log


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
