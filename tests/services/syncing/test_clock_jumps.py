"""The clock jumps by a day, forward and back, while it runs and while it does not."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from mailboxadmin.domain.activity import Code
from mailboxadmin.jobs.scheduler import Scheduler
from mailboxadmin.services.machine.clock_watch import ClockWatch
from mailboxadmin.services.overview.activity import Filter, iter_entries
from mailboxadmin.services.syncing.rounds import due_mailboxes
from mailboxadmin.services.work.beat import read_beat
from mailboxadmin.services.work.heartbeat import scheduler_started, scheduler_stopped, timer_ticked
from mailboxadmin.services.work.runs import begin_run, is_live
from mailboxadmin.store.leases import lease_of
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.outcomes import REFUSED, fails

DAY = timedelta(days=1)
INTERVAL = timedelta(minutes=5)
#: The clock that is compared with goes on while a test runs.
ABOUT = timedelta(minutes=1)


@pytest.fixture
def box(office: Office, dovecot: Dovecot) -> Box:
    """A mailbox that was synced, and is due in five minutes."""
    box = office.mailbox(server=dovecot)
    office.sync(box)
    return box


@pytest.fixture
def scheduler(office: Office) -> Iterator[Scheduler]:
    made = Scheduler(office.deps)
    yield made
    made.stop()


def due(office: Office) -> list[int]:
    return due_mailboxes(office.deps, office.clock.now())


def set_clock(office: Office, by: timedelta) -> None:
    office.clock._now += by


def planned(office: Office, box: Box) -> datetime | None:
    return office.row(box).next_attempt_at


def test_back_while_it_runs_a_mailbox_is_due_after_its_interval_and_not_a_day_later(
    office: Office, box: Box, scheduler: Scheduler
):
    scheduler.tick()
    set_clock(office, -DAY)
    scheduler.tick()

    waits = due(office)
    office.clock.advance(minutes=5)

    assert waits == []
    assert due(office) == [box.id]
    [jumped] = iter_entries(office.deps, Filter(code="clock"))
    assert jumped.code == Code.CLOCK_JUMPED
    assert abs(timedelta(seconds=jumped.detail["seconds"]) + DAY) < ABOUT
    assert read_beat(office.deps).last_tick_at == office.clock.now() - INTERVAL


@pytest.mark.parametrize("by_timer", [False, True])
def test_back_while_it_does_not_run_is_seen_at_the_start(office: Office, box: Box, by_timer: bool):
    scheduler_started(office.deps, waited=False, next_tick_at=office.clock.now())
    scheduler_stopped(office.deps)
    set_clock(office, -DAY)

    if by_timer:
        timer_ticked(office.deps)
    else:
        scheduler_started(office.deps, waited=False, next_tick_at=office.clock.now())
    office.clock.advance(minutes=5)

    assert due(office) == [box.id]
    assert [each.code for each in iter_entries(office.deps, Filter(code="clock"))] == [
        Code.CLOCK_JUMPED
    ]


def test_forward_what_was_planned_is_due_and_mail_comes(
    office: Office, dovecot: Dovecot, box: Box, scheduler: Scheduler
):
    scheduler.tick()
    dovecot.deliver(box.account, mails.message(1))
    set_clock(office, DAY)

    scheduler.tick()
    office.let_runs_end()

    assert office.row(box).last_success_at == office.clock.now()
    assert planned(office, box) == office.clock.now() + INTERVAL


def test_there_and_back_again_leaves_everything_where_it_was(office: Office, box: Box):
    watch, before = ClockWatch(office.deps), planned(office, box)

    set_clock(office, DAY)
    watch.look()
    set_clock(office, -DAY)
    watch.look()

    assert planned(office, box) == before


def test_back_a_refused_password_is_not_tried_more_often(office: Office, box: Box):
    watch = ClockWatch(office.deps)
    fails(office, box.id, REFUSED)
    left = planned(office, box)
    assert left is not None
    set_clock(office, -DAY)

    watch.look()

    after = planned(office, box)
    assert after is not None and abs(left - DAY - after) < ABOUT
    assert due(office) == []


def test_back_a_lease_from_the_future_is_free_within_a_minute(office: Office, box: Box):
    run = begin_run(office.deps, box.id, actor="elsewhere")
    run.control.stop()
    watch = ClockWatch(office.deps)
    with office.deps.store.write() as db:
        lease = lease_of(db, box.id)
        assert lease is not None
        lease.machine = "another container"
        lease.renewed_at = office.clock.now() + timedelta(seconds=1)
    set_clock(office, -DAY)

    watch.look()
    with office.deps.store.read() as db:
        lease = lease_of(db, box.id)
        assert lease is not None
        at_once, later = office.clock.now(), office.clock.now() + timedelta(seconds=61)

        assert (is_live(lease, at_once), is_live(lease, later)) == (True, False)


def test_a_correction_of_seconds_moves_nothing(office: Office, box: Box):
    watch, before = ClockWatch(office.deps), planned(office, box)
    set_clock(office, -timedelta(seconds=30))

    watch.look()

    assert planned(office, box) == before
    assert list(iter_entries(office.deps, Filter(code="clock"))) == []
