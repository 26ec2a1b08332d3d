"""What was done just before it broke, and how far the log knows."""

from datetime import UTC, datetime, timedelta

from mailboxadmin.domain.before import BeforeItBroke, before_it_broke
from mailboxadmin.domain.event import Event, Lane

BROKE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LONG_AGO = BROKE - 400 * DAY


def done(before: timedelta) -> Event:
    return Event(
        at=BROKE - before, lane=Lane.CHANGE, code="mailbox.paused", actor="g", message="Paused."
    )


def looked(
    *events: Event,
    made_at: datetime = LONG_AGO,
    log_from: datetime = LONG_AGO,
    turned_at: datetime | None = None,
) -> BeforeItBroke:
    return before_it_broke(
        BROKE,
        events,
        turned_at=turned_at,
        last_success_at=None,
        made_at=made_at,
        log_from=log_from,
    )


def test_the_nearest_comes_first_and_what_came_after_is_left_out():
    near, far = done(timedelta(minutes=11)), done(3 * DAY)

    assert looked(far, done(-timedelta(seconds=1)), near).events == (near, far)


def test_the_moment_it_broke_and_thirty_days_before_are_both_in():
    edges = (done(timedelta(0)), done(30 * DAY))

    assert looked(*edges, done(30 * DAY + timedelta(seconds=1))).events == edges


def test_what_was_done_until_something_else_was_wrong_stands_apart():
    hour = timedelta(hours=1)
    at_once, then, after = (done(-each) for each in (hour, 2 * hour, 3 * hour))

    before = looked(at_once, done(hour), after, then, turned_at=BROKE + 2 * hour)

    assert before.later == (then, at_once)
    assert before.events == (done(hour),)
    assert looked(at_once).later == ()


def test_a_log_that_reaches_far_enough_is_not_short():
    before = looked(log_from=BROKE - 30 * DAY)

    assert (before.log_is_short, before.log_begins_later, before.is_new) == (False, False, False)


def test_a_log_that_begins_within_the_thirty_days_is_short():
    before = looked(log_from=BROKE - 2 * DAY)

    assert (before.log_is_short, before.log_begins_later) == (True, False)
    assert before.known_since == BROKE - 2 * DAY


def test_a_log_that_begins_after_it_broke_knows_nothing():
    assert looked(log_from=BROKE + DAY).log_begins_later


def test_of_a_new_mailbox_all_is_known():
    before = looked(made_at=BROKE - DAY, log_from=BROKE - DAY)

    assert (before.is_new, before.log_is_short, before.log_begins_later) == (True, False, False)


def test_of_a_new_mailbox_the_log_may_know_less():
    before = looked(made_at=BROKE - 3 * DAY, log_from=BROKE - DAY)

    assert (before.is_new, before.log_is_short) == (False, True)
