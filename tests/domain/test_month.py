"""Thirty days: trouble is counted on each day it fell on."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from mailboxadmin.domain.month import Day, Health, first_day, month
from mailboxadmin.domain.outage import Outage

#: Noon in Berlin, the day after its clock was put forward.
NOW = datetime(2026, 3, 30, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def outage(began: datetime, ended: datetime | None, *, temporary: bool = False) -> Outage:
    return Outage(
        began_at=began, ended_at=ended, temporary=temporary, code="x", summary="It is so."
    )


def at(day: int, hour: int) -> datetime:
    """A day of March 2026 in UTC."""
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def days(*outages: Outage) -> dict[int, Day]:
    return {day.date.day: day for day in month(NOW, {}, outages, []).days if day.date.month == 3}


def test_there_are_thirty_days_and_today_is_the_last():
    found = month(NOW, {"2026-03-30": 7, "2026-01-01": 9}, [], [NOW])

    assert len(found.days) == 30
    assert found.days[0].date == date(2026, 3, 1)
    assert first_day(NOW) == datetime(2026, 2, 28, 23, tzinfo=UTC)
    last = found.days[-1]
    assert (last.date, last.count, last.health, last.changed) == (
        date(2026, 3, 30),
        7,
        Health.OK,
        True,
    )
    assert found.messages == 7


def test_trouble_over_midnight_falls_on_both_days():
    found = days(outage(at(10, 21), at(11, 2)))

    assert [(found[d].health, found[d].trouble) for d in (9, 10, 11, 12)] == [
        (Health.NONE, 0 * HOUR),
        (Health.BAD, 2 * HOUR),
        (Health.BAD, 3 * HOUR),
        (Health.NONE, 0 * HOUR),
    ]


def test_a_day_of_23_hours_has_23_hours_of_trouble():
    found = days(outage(at(27, 0), at(30, 8)))

    assert found[28].trouble == 24 * HOUR
    assert found[29].trouble == 23 * HOUR


def test_what_ends_at_midnight_is_no_trouble_of_the_next_day():
    found = days(outage(at(10, 20), at(10, 23)))

    assert (found[10].health, found[11].health) == (Health.BAD, Health.NONE)


def test_what_goes_on_lasts_until_now():
    found = month(NOW, {}, [outage(NOW - 5 * HOUR, None)], [])

    assert (found.bad_days, found.trouble) == (1, 5 * HOUR)


def test_what_began_this_moment_is_trouble_already():
    assert month(NOW, {}, [outage(NOW, None)], []).bad_days == 1


def test_a_day_needs_someone_when_one_thing_of_it_did():
    wait = outage(at(10, 8), at(10, 9), temporary=True)

    assert days(wait)[10].health is Health.WAIT
    assert days(wait, outage(at(10, 10), at(10, 11)))[10].health is Health.BAD


def test_only_the_time_within_the_thirty_days_is_added_up():
    found = month(NOW, {}, [outage(first_day(NOW) - 9 * HOUR, first_day(NOW) + HOUR)], [])

    assert (found.bad_days, found.trouble) == (1, HOUR)
