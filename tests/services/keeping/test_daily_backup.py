"""The backup of the day: made once, read back, and only then are older ones deleted."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from mailboxadmin.domain.activity import Code, Level, Logged
from mailboxadmin.domain.backups import backup_name
from mailboxadmin.services.keeping import backup, daily_backup
from mailboxadmin.services.keeping.daily_backup import back_up_if_due, read_backups
from mailboxadmin.services.machine.file_lock import BACKUP_LOCK, FileLock
from mailboxadmin.services.machine.room import SPARE_BYTES
from mailboxadmin.services.overview.activity import Filter, iter_entries
from mailboxadmin.store.backup import check_copy
from mailboxadmin.store.store import Damaged
from tests.support.full_disk import leave_free, no_file_grows
from tests.support.hook_server import HookServer
from tests.support.office import Office
from tests.support.telling import change, pass_time, tell_by_hook


@pytest.fixture
def back_up(office: Office) -> Callable[[], Path | None]:
    return lambda: back_up_if_due(office.deps, threading.Event())


@pytest.fixture
def folder(office: Office) -> Path:
    return office.deps.instance / "backups"


def log(office: Office) -> list[Logged]:
    return list(iter_entries(office.deps, Filter(code="backup")))


def test_it_is_made_private_and_whole_and_said(
    office: Office, back_up: Callable[[], Path | None], folder: Path
):
    made = back_up()

    assert made == folder / backup_name(office.clock.now())
    assert check_copy(made) == ""
    assert (folder.stat().st_mode & 0o777, made.stat().st_mode & 0o777) == (0o700, 0o600)
    [entry] = log(office)
    assert (entry.code, entry.actor) == (Code.BACKUP_CREATED, "scheduler")
    assert entry.detail == {"file": str(made), "bytes": made.stat().st_size}


def test_there_is_one_a_day_and_the_newest_are_kept(
    office: Office, back_up: Callable[[], Path | None], folder: Path
):
    change(office, backup_keep="3")
    made = []
    for _ in range(5):
        made.append(back_up())
        assert back_up() is None
        office.clock.advance(days=1)

    assert sorted(folder.iterdir()) == made[2:]


def test_nothing_but_what_it_made_itself_is_ever_deleted(
    office: Office, back_up: Callable[[], Path | None], folder: Path
):
    change(office, backup_keep="1")
    folder.mkdir()
    mine = folder / "before-the-move.db"
    mine.write_bytes(b"")

    for _ in range(3):
        back_up()
        office.clock.advance(days=1)

    assert mine.exists()
    assert len(list(folder.iterdir())) == 2


def test_zero_makes_none_and_keeps_what_is_there(
    office: Office, back_up: Callable[[], Path | None]
):
    back_up()
    change(office, backup_keep="0")
    office.clock.advance(days=10)

    assert back_up() is None
    assert len(read_backups(office.deps.instance)) == 1


def test_a_restart_knows_the_last_one_by_its_file(
    office: Office, back_up: Callable[[], Path | None], open_office: Callable[..., Office]
):
    back_up()

    later = open_office(office.clock)

    assert back_up_if_due(later.deps, threading.Event()) is None


def test_two_processes_never_make_it_both(
    office: Office, back_up: Callable[[], Path | None], folder: Path
):
    other = FileLock(office.deps.instance / BACKUP_LOCK)
    other.take()

    assert back_up() is None
    other.release()
    assert back_up() is not None


def test_who_comes_to_the_lock_late_looks_again(
    office: Office, back_up: Callable[[], Path | None], monkeypatch: pytest.MonkeyPatch
):
    answers = iter((True, False))
    monkeypatch.setattr(daily_backup, "_due", lambda _deps: next(answers))

    assert back_up() is None
    assert log(office) == []


def test_what_a_killed_process_left_is_cleared_away(
    office: Office, back_up: Callable[[], Path | None], folder: Path
):
    folder.mkdir()
    for name in (".mailboxadmin-20260101-020000Z.db.99.part", ".x.db.99.part-journal"):
        (folder / name).write_bytes(b"half")

    made = back_up()

    assert list(folder.iterdir()) == [made]


def test_a_stop_in_the_middle_leaves_nothing_and_the_next_process_makes_it(
    office: Office, back_up: Callable[[], Path | None], folder: Path
):
    stop = threading.Event()
    stop.set()

    assert back_up_if_due(office.deps, stop) is None
    assert list(folder.iterdir()) == []
    assert log(office) == []
    assert back_up() is not None


@pytest.mark.parametrize(
    "fault",
    [
        Damaged("row 17 missing from index"),
        OSError(5, "Input/output error"),
    ],
)
def test_one_that_does_not_read_back_deletes_no_older_one(
    office: Office,
    back_up: Callable[[], Path | None],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
):
    change(office, backup_keep="1")
    good = back_up()
    office.clock.advance(days=1)

    def fails(*_arguments: object, **_options: object) -> None:
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(backup, "copy_database", fails)
        for _ in range(3):
            assert back_up() is None
            office.clock.advance(hours=1)

    assert list(folder.iterdir()) == [good]
    failed, _ = log(office)
    assert (failed.code, failed.level, failed.times) == (Code.BACKUP_FAILED, Level.ERROR, 3)
    assert str(getattr(fault, "reason", "Input/output error")) in failed.message


def test_too_little_room_is_found_before_anything_is_written(
    office: Office,
    back_up: Callable[[], Path | None],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    leave_free(monkeypatch, SPARE_BYTES + 1000)

    assert back_up() is None

    [failed] = log(office)
    assert "too little room" in failed.message
    assert list(folder.iterdir()) == []


def test_a_disk_that_fills_meanwhile_leaves_nothing_behind(
    office: Office, folder: Path, back_up: Callable[[], Path | None]
):
    with no_file_grows(), pytest.raises(backup.BackupFailed, match="cannot be written"):
        backup.write_verified(office.deps, office.deps.instance / "x.db")

    assert not list(office.deps.instance.glob("*x.db*"))
    assert back_up() is not None


def test_people_hear_of_the_first_failure_and_when_it_works_again(
    office: Office, back_up: Callable[[], Path | None], monkeypatch: pytest.MonkeyPatch
):
    with HookServer() as hook:
        tell_by_hook(office, hook)
        with monkeypatch.context() as full:
            leave_free(full, 0)
            back_up()
            back_up()
        back_up()
        pass_time(office, minutes=2)

        subjects = [each["subject"] for each in hook.bodies]

    assert subjects == [
        "The backup of Mailbox Admin failed",
        "Works again: the backup of Mailbox Admin",
    ]


def test_a_clock_that_went_ahead_for_a_while_stops_none(
    office: Office, back_up: Callable[[], Path | None], folder: Path
):
    office.clock.advance(days=400)
    ahead = back_up()
    office.clock._now -= timedelta(days=400)

    nights = []
    for _ in range(8):
        nights.append(back_up())
        office.clock.advance(days=1)

    assert ahead is not None and not ahead.exists()
    assert sorted(folder.iterdir()) == nights[1:]


def test_a_clock_that_went_back_stops_none_and_takes_no_new_one_away(
    office: Office, back_up: Callable[[], Path | None], folder: Path
):
    for _ in range(8):
        back_up()
        office.clock.advance(days=1)
    office.clock._now -= timedelta(days=400)

    made = back_up()

    assert made is not None and made.exists()
    assert len(list(folder.iterdir())) == 7
