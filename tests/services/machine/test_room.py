"""Room on the disk: whether there is some, and how a start without any ends."""

import errno
import os
from pathlib import Path

import pytest

from mailboxadmin.services.machine.room import LEAST_BYTES, NoRoomToStart, has_room, starting_in
from mailboxadmin.store.store import DiskFull
from tests.support.full_disk import leave_free, no_file_grows


def test_there_is_room_and_nothing_is_left_behind(tmp_path: Path):
    assert has_room(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_no_room_whatever_the_disk_says(tmp_path: Path):
    with no_file_grows():
        assert not has_room(tmp_path)

    assert has_room(tmp_path)


def test_the_last_bytes_that_only_the_system_may_use_are_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    leave_free(monkeypatch, LEAST_BYTES - 1)

    assert not has_room(tmp_path)


@pytest.mark.parametrize(
    "fault",
    [
        DiskFull("database or disk is full"),
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
    ],
)
def test_a_start_without_room_names_the_folder_and_what_may_go(tmp_path: Path, fault: Exception):
    (tmp_path / "logs").mkdir()

    with pytest.raises(NoRoomToStart) as refused, starting_in(tmp_path):
        raise fault

    assert str(refused.value) == (
        f"The disk that holds {tmp_path} is full, so Mailbox Admin cannot start: delete old "
        f"backups and the files in {tmp_path}/logs first, never the database or the key file, "
        "or give it a larger disk."
    )


def test_a_file_that_lies_elsewhere_names_its_own_folder(tmp_path: Path):
    file = tmp_path / "elsewhere" / "secret.key"

    with pytest.raises(NoRoomToStart, match="elsewhere is full"), starting_in(tmp_path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))


def test_another_fault_stays_what_it_is(tmp_path: Path):
    with pytest.raises(PermissionError), starting_in(tmp_path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
