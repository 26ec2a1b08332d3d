"""The strip: which window, what is in it, where it stands."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailboxadmin.domain.event import Event, Lane
from mailboxadmin.domain.outage import Outage, mended_together
from mailboxadmin.domain.timeline import (
    Slot,
    Timeline,
    Window,
    slot_at,
    stretches,
    ticks,
    timeline,
    window_for,
)

NOW = datetime(2026, 3, 30, 9, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch):
    """A machine in Berlin, where the clock was put forward on 29 March 2026 at 01:00 UTC."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def outage(ago: timedelta, length: timedelta | None, *, temporary: bool = True) -> Outage:
    began = NOW - ago
    return Outage(
        began_at=began,
        ended_at=None if length is None else began + length,
        temporary=temporary,
        code="tcp.timeout",
        summary="The mail server does not answer.",
    )


def done(ago: timedelta) -> Event:
    return Event(
        at=NOW - ago, lane=Lane.CHANGE, code="mailbox.paused", actor="grace@example.org", message=""
    )


def strip(window: Window = Window.WEEK, **parts: object) -> Timeline:
    given = {"broke_at": None, "outages": (), "slots": (), "events": ()} | parts
    return timeline(window, NOW, **given)


@pytest.mark.parametrize(
    ("broke_ago", "window"),
    [
        (None, Window.WEEK),
        (timedelta(0), Window.DAY),
        (24 * HOUR, Window.DAY),
        (24 * HOUR + MINUTE, Window.WEEK),
        (7 * DAY, Window.WEEK),
        (7 * DAY + MINUTE, Window.MONTH),
        (90 * DAY, Window.MONTH),
    ],
)
def test_the_shortest_window_in_which_one_sees_it_break(broke_ago, window):
    broke_at = None if broke_ago is None else NOW - broke_ago

    assert window_for(broke_at, NOW) is window


def test_only_what_reaches_into_the_window_is_in_it():
    over, into, open_ = outage(9 * DAY, 2 * DAY), outage(8 * DAY, 2 * DAY), outage(20 * DAY, None)

    shown = strip(outages=[over, into, open_])

    assert shown.outages == (open_, into)


def test_events_at_both_edges_are_in_the_window_in_the_order_of_time():
    late, early = done(timedelta(0)), done(7 * DAY)

    shown = strip(events=[late, done(-MINUTE), early, done(7 * DAY + MINUTE)])

    assert shown.events == (early, late)


def test_outages_too_close_to_be_told_apart_are_one_with_a_count():
    flapping = [outage(10 * HOUR - n * 10 * MINUTE, 5 * MINUTE) for n in range(6)]

    shown = strip(outages=flapping)

    assert [(each.times, each.began_at, each.ended_at) for each in shown.outages] == [
        (6, NOW - 10 * HOUR, NOW - 10 * HOUR + 55 * MINUTE)
    ]


def test_outages_of_another_kind_or_far_apart_or_long_stay_apart():
    apart = [
        outage(50 * HOUR, 5 * MINUTE),
        outage(40 * HOUR, 3 * HOUR),
        outage(37 * HOUR, 5 * MINUTE),
        outage(36 * HOUR, 5 * MINUTE, temporary=False),
    ]

    assert strip(outages=apart).outages == tuple(apart)


def test_an_instant_has_its_place_and_none_is_outside():
    shown = strip(Window.DAY)

    places = [shown.share(NOW - ago) for ago in (30 * HOUR, 24 * HOUR, 6 * HOUR, -HOUR)]

    assert places == [0.0, 0.0, 0.75, 1.0]


def test_slots_that_went_alike_and_follow_each_other_are_told_as_one():
    slots = [
        slot_at(100, 3, 0, Window.DAY),
        slot_at(101, 3, 0, Window.DAY),
        slot_at(102, 3, 1, Window.DAY),
        slot_at(103, 3, 3, Window.DAY),
        slot_at(104, 3, 3, Window.DAY),
        slot_at(107, 1, 1, Window.DAY),
    ]

    told = stretches(slots)

    assert [(each.kind, each.runs, each.failed) for each in told] == [
        ("fine", 6, 0),
        ("some", 3, 1),
        ("failed", 6, 6),
        ("failed", 1, 1),
    ]
    assert told[0].end_at - told[0].start_at == 30 * MINUTE


def test_a_slot_stands_still_as_time_goes():
    assert slot_at(0, 1, 0, Window.WEEK) == Slot(
        start_at=datetime(1970, 1, 1, tzinfo=UTC),
        end_at=datetime(1970, 1, 1, 2, tzinfo=UTC),
        runs=1,
        failed=0,
    )


def test_the_axis_names_hours_of_this_machines_zone(berlin):
    at = [each.astimezone().strftime("%H:%M") for each in ticks(strip(Window.DAY))]

    assert at == ["12:00", "15:00", "18:00", "21:00", "00:00", "03:00", "06:00", "09:00"]


def test_the_axis_keeps_to_midnight_over_a_day_of_23_hours(berlin):
    found = ticks(strip(Window.WEEK))

    assert [f"{each.astimezone():%d %H:%M}" for each in found] == [
        f"{day} 00:00" for day in range(24, 31)
    ]
    assert found[-1] - found[-2] == 23 * HOUR


def test_a_month_is_named_by_its_mondays(berlin):
    days = [each.astimezone() for each in ticks(strip(Window.MONTH))]

    assert [(day.day, day.hour) for day in days] == [(2, 0), (9, 0), (16, 0), (23, 0), (30, 0)]


def test_what_was_replaced_by_something_lasting_did_not_mend_itself():
    slow, silent, refused = (
        outage(ago=ago * HOUR, length=HOUR, temporary=ago > 1) for ago in (3, 2, 1)
    )
    first, second = replace(slow, replaced=True), replace(silent, replaced=True)

    assert [each.temporary for each in mended_together([first, second, refused])] == [False] * 3
    assert [each.temporary for each in mended_together([first, silent, refused])] == [
        True,
        True,
        False,
    ]
