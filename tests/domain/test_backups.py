"""When a backup is due, and which are too many."""

from datetime import UTC, datetime, timedelta

import pytest

from mailboxadmin.domain.backups import (
    Backup,
    backup_name,
    is_due,
    is_old,
    made_at,
    newest,
    superfluous,
)

#: Five in the afternoon, wherever this runs.
NOW = datetime(2026, 3, 4, 17).astimezone()


def made(**ago: float) -> Backup:
    at = NOW - timedelta(**ago)
    return Backup(name=backup_name(at), made_at=at, size_bytes=1)


def test_the_name_says_when_it_was_made():
    at = datetime(2026, 3, 4, 1, 2, 3, tzinfo=UTC)

    name = backup_name(at)

    assert name == "mailboxadmin-20260304-010203Z.db"
    assert made_at(name) == at


@pytest.mark.parametrize(
    "name",
    [
        "mailboxadmin.db",
        "before-the-move.db",
        "mailboxadmin-20260304-010203Z.db.part",
        ".mailboxadmin-20260304-010203Z.db",
        "mailboxadmin-20261304-010203Z.db",
        "mailboxadmin-before-20260304-010203.db",
    ],
)
def test_any_other_file_is_not_ours(name: str):
    assert made_at(name) is None


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, True),
        (made(hours=1), False),
        (made(hours=14, minutes=59), False),
        (made(hours=15, minutes=1), True),
        (made(days=1), True),
        (made(minutes=-30), False),
        (made(days=-1), True),
    ],
)
def test_one_is_due_each_night_at_two(last: Backup | None, due: bool):
    assert is_due(last, NOW) is due


def test_before_two_in_the_morning_that_of_the_day_before_counts():
    night = datetime(2026, 3, 4, 1, 30).astimezone()
    evening = night - timedelta(hours=4)
    backup = Backup(name="x", made_at=evening, size_bytes=1)

    assert not is_due(backup, night)
    assert is_due(backup, night + timedelta(hours=1))


def test_after_two_days_one_is_missing():
    assert not is_old(made(hours=47), NOW)
    assert is_old(made(hours=49), NOW)
    assert not is_old(made(days=-3), NOW)


def test_the_oldest_go_first():
    backups = [made(days=day) for day in (3, 0, 2, 1)]

    assert newest(backups, NOW) == made(days=0)
    assert list(superfluous(backups, 2, NOW)) == [made(days=2), made(days=3)]
    assert list(superfluous(backups, 4, NOW)) == []


def test_one_from_the_future_goes_before_all_others_and_is_never_the_newest():
    backups = [made(days=-400), made(days=1), made(days=0)]

    assert newest(backups, NOW) == made(days=0)
    assert list(superfluous(backups, 2, NOW)) == [made(days=-400)]


def test_what_was_made_just_now_is_never_too_many():
    wrong_clock = [made(days=-day) for day in range(1000, 1007)]

    gone = superfluous([*wrong_clock, made(days=0)], 7, NOW)

    assert made(days=0) not in gone
    assert len(gone) == 1
