"""The sign of life of a timer outside, beside that of a scheduler."""

from datetime import timedelta

from mailboxadmin.services.work.beat import read_beat
from mailboxadmin.services.work.heartbeat import (
    scheduler_started,
    scheduler_stopped,
    scheduler_ticked,
    timer_ticked,
)

SOON = timedelta(seconds=15)


def test_a_timer_alone_is_not_stale_for_three_intervals(office):
    timer_ticked(office.deps)
    office.clock.advance(minutes=14)
    young = read_beat(office.deps)
    office.clock.advance(minutes=2)

    assert not young.stale
    assert young.next_tick_at is None
    assert read_beat(office.deps).stale


def test_a_timer_leaves_a_living_scheduler_its_beat(office):
    next_tick = office.clock.now() + SOON
    scheduler_started(office.deps, waited=False, next_tick_at=next_tick)

    timer_ticked(office.deps)

    assert read_beat(office.deps).next_tick_at == next_tick


def test_a_timer_replaces_a_scheduler_that_stopped_or_died(office):
    scheduler_started(office.deps, waited=False, next_tick_at=office.clock.now() + SOON)
    scheduler_stopped(office.deps)
    timer_ticked(office.deps)
    after_stop = read_beat(office.deps)
    scheduler_ticked(office.deps, next_tick_at=office.clock.now() + SOON)
    office.clock.advance(minutes=3)
    timer_ticked(office.deps)

    assert after_stop.last_tick_at is not None
    assert read_beat(office.deps).last_tick_at == office.clock.now()
    assert read_beat(office.deps).next_tick_at is None
