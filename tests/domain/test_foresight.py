"""What will break, from what was counted and measured."""

from datetime import UTC, datetime, timedelta

import pytest

from mailboxadmin.domain.foresight import full_at, is_quiet, told_for, usual_gap

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GB = 10**9


@pytest.mark.parametrize(
    ("days", "told"), [(15, None), (13.9, 14), (7, 7), (6, 7), (0.5, 1), (0, 0), (-3, 0)]
)
def test_an_end_is_told_at_fourteen_seven_and_one_days(days: float, told: int | None):
    assert told_for(NOW + timedelta(days=days), NOW) == told


def test_a_disk_that_fills_by_a_gigabyte_a_day_is_full_when_the_rest_is_gone():
    samples = [(NOW - timedelta(days=4), 14 * GB), (NOW - timedelta(days=2), 12 * GB)]

    assert full_at(samples, NOW, 10 * GB) == NOW + timedelta(days=10)


@pytest.mark.parametrize(
    ("samples", "free"),
    [
        ([], GB),
        ([(NOW - timedelta(hours=12), 5 * GB)], GB),
        ([(NOW - timedelta(days=3), 5 * GB)], 5 * GB),
        ([(NOW - timedelta(days=3), 5 * GB)], 9 * GB),
        ([(NOW - timedelta(days=8), 50 * GB)], GB),
        ([(NOW + timedelta(days=3), 50 * GB)], GB),
    ],
    ids=["nothing", "half a day", "as before", "emptied", "long ago", "a wrong clock"],
)
def test_without_a_pace_nothing_is_said(samples: list[tuple[datetime, int]], free: int):
    assert full_at(samples, NOW, free) is None


def test_the_usual_gap_is_the_median_and_needs_twenty_messages():
    hours = [NOW - timedelta(hours=hour) for hour in range(20)]

    assert usual_gap(hours[:19]) is None
    assert usual_gap(hours) == timedelta(hours=1)
    # A long holiday in between changes little.
    assert usual_gap([*hours, NOW - timedelta(days=30)]) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("gap_h", "silent_h", "quiet"),
    [(1, 23, False), (1, 25, True), (10, 49, False), (10, 51, True), (0, 24, False)],
)
def test_quiet_is_five_times_the_usual_gap_and_a_day_at_least(gap_h, silent_h, quiet):
    last_at = NOW - timedelta(hours=silent_h)

    assert is_quiet(last_at, timedelta(hours=gap_h), NOW) is quiet
