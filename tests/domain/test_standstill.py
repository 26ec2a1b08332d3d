"""When the scheduler stood still."""

from datetime import UTC, datetime, timedelta

from mailboxadmin.domain.activity import SCHEDULER, Code, Level, Logged
from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.domain.standstill import standstills

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SHORTEST = timedelta(seconds=90)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def said(number: int, code: Code, minutes: float, last_tick: float | None = None) -> Logged:
    at = ago(minutes)
    return Logged(
        id=number,
        at=at,
        level=Level.INFO,
        code=code,
        mailbox=None,
        mailbox_id=None,
        actor=SCHEDULER,
        run_id=None,
        message="Said so.",
        detail={} if last_tick is None else {"last_tick_at": rfc3339(ago(last_tick))},
        times=1,
        first_at=at,
    )


def found(*entries: Logged, ticked: float | None = 0) -> list[tuple[datetime | None, datetime]]:
    last = None if ticked is None else ago(ticked)
    return [(each.since, each.at) for each in standstills(entries, last, NOW, shortest=SHORTEST)]


def test_stopped_and_started_again_is_a_standstill():
    stopped = said(1, Code.SCHEDULER_STOPPED, 60)

    assert found(said(2, Code.SCHEDULER_STARTED, 20), stopped) == [(ago(60), ago(20))]


def test_a_process_that_ended_without_a_word_stood_still_from_its_last_tick():
    assert found(said(1, Code.SCHEDULER_TOOK_OVER, 20, 50)) == [(ago(50), ago(20))]
    assert found(said(1, Code.SCHEDULER_STALLED, 20, 50)) == [(ago(50), ago(20))]


def test_one_that_takes_over_at_once_is_none():
    assert found(said(1, Code.SCHEDULER_STOPPED, 20), said(2, Code.SCHEDULER_TOOK_OVER, 19)) == []
    assert found(said(1, Code.SCHEDULER_STARTED, 20)) == []


def test_one_that_is_stopped_stands_still_until_now():
    assert found(said(1, Code.SCHEDULER_STOPPED, 20), ticked=20) == [(ago(20), NOW)]


def test_a_timer_outside_goes_on_in_its_place():
    assert found(said(1, Code.SCHEDULER_STOPPED, 20), ticked=3) == []
