"""One process ticks; another takes over when it is gone; the log tells of it."""

import os
import subprocess
import sys

import pytest

from mailboxadmin.domain.activity import Code
from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.jobs import scheduler as module
from mailboxadmin.jobs.scheduler import Scheduler
from mailboxadmin.services.machine.file_lock import SCHEDULER_LOCK
from mailboxadmin.services.overview.activity import Filter, iter_entries
from mailboxadmin.services.work.beat import read_beat

#: Holds the scheduler's lock as another process does, until it is killed.
HOLD = """
import sys, time
from pathlib import Path
from mailboxadmin.services.machine.file_lock import FileLock
lock = FileLock(Path(sys.argv[1]))
assert lock.take()
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def scheduler(office):
    made = Scheduler(office.deps)
    yield made
    made.stop()


@pytest.fixture
def other_process(office):
    command = [sys.executable, "-c", HOLD, str(office.deps.instance / SCHEDULER_LOCK)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def codes(office):
    return [entry.code for entry in iter_entries(office.deps, Filter(code="scheduler"))]


def test_a_tick_is_seen_on_every_page(office, scheduler):
    scheduler.tick()

    beat = read_beat(office.deps)
    assert beat.last_tick_at == office.clock.now()
    assert beat.next_tick_at == office.clock.now() + module.TICK
    assert not beat.stale
    assert codes(office) == [Code.SCHEDULER_STARTED]


def test_a_stop_is_logged_and_the_next_start_is_a_plain_one(office, scheduler):
    scheduler.tick()
    scheduler.stop()
    second = Scheduler(office.deps)
    second.tick()
    second.stop()

    assert codes(office) == [
        Code.SCHEDULER_STOPPED,
        Code.SCHEDULER_STARTED,
        Code.SCHEDULER_STOPPED,
        Code.SCHEDULER_STARTED,
    ]


def test_a_second_process_does_not_tick_and_says_where_the_scheduler_runs(
    office, scheduler, other_process
):
    scheduler.tick()

    assert scheduler.where == f"the scheduler runs in process {other_process.pid}"
    assert read_beat(office.deps).last_tick_at is None
    assert codes(office) == []


def test_it_takes_over_when_the_holder_was_killed(office, scheduler, other_process):
    scheduler.tick()
    other_process.kill()
    other_process.wait()

    scheduler.tick()

    assert scheduler.where == "the scheduler runs in this process"
    assert read_beat(office.deps).last_tick_at == office.clock.now()


def test_a_killed_scheduler_is_told_by_the_next_one(office, scheduler):
    scheduler.tick()
    # As kill -9 does: the lock is free, nothing was written.
    scheduler._lock.release()

    later = Scheduler(office.deps)
    later.tick()
    later.stop()

    [_, took_over, _] = iter_entries(office.deps, Filter(code="scheduler"))
    assert took_over.code == Code.SCHEDULER_TOOK_OVER
    assert "ended without a word" in took_over.message
    assert took_over.detail["process_before"] == os.getpid()


def test_a_scheduler_that_stood_still_says_for_how_long(office, scheduler):
    scheduler.tick()
    office.clock.advance(seconds=200)

    scheduler.tick()

    [stalled, _] = iter_entries(office.deps, Filter(code="scheduler"))
    assert stalled.code == Code.SCHEDULER_STALLED
    assert stalled.detail["seconds"] == 200


def test_a_tick_that_fails_is_tried_again(office, scheduler, monkeypatch):
    def locked(*_arguments, **_options):
        raise StoreUnavailable("The database is held by another process.")

    with monkeypatch.context() as broken:
        broken.setattr(module, "scheduler_started", locked)
        scheduler.tick()
    scheduler.tick()

    assert codes(office) == [Code.SCHEDULER_STARTED]


def test_only_the_process_that_ticks_tidies(office, scheduler, other_process, monkeypatch):
    pruned = []
    monkeypatch.setattr(module, "prune", pruned.append)

    scheduler.tick()
    scheduler.tidy()

    assert pruned == []
