"""The backup of the day, in the process that ticks, in a thread that keeps no tick waiting."""

import threading
from collections.abc import Iterator

import pytest

from mailboxadmin.jobs import back_up as module
from mailboxadmin.jobs.scheduler import Scheduler
from mailboxadmin.services.keeping.daily_backup import read_backups
from mailboxadmin.services.work.beat import read_beat
from tests.support.office import Office
from tests.support.waiting import wait_for


@pytest.fixture
def scheduler(office: Office) -> Iterator[Scheduler]:
    made = Scheduler(office.deps)
    yield made
    made.stop()


def test_tidying_makes_it_once(office: Office, scheduler: Scheduler):
    scheduler.tick()

    for _ in range(2):
        scheduler.tidy()
        wait_for(lambda: len(read_backups(office.deps.instance)) == 1)

    assert len(read_backups(office.deps.instance)) == 1


def test_only_the_process_that_ticks_makes_it(
    office: Office, scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
):
    made: list[object] = []
    monkeypatch.setattr(module, "back_up_if_due", lambda *args: made.append(args))

    scheduler.tidy()

    assert made == []


def test_one_that_takes_long_keeps_no_tick_waiting_and_hears_a_stop(
    office: Office, scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
):
    began, heard = threading.Event(), threading.Event()

    def takes_long(_deps: object, stop: threading.Event) -> None:
        began.set()
        heard.set() if stop.wait(60) else None

    monkeypatch.setattr(module, "back_up_if_due", takes_long)
    scheduler.tick()
    scheduler.tidy()
    wait_for(began.is_set)

    office.clock.advance(seconds=15)
    scheduler.tick()

    assert read_beat(office.deps).last_tick_at == office.clock.now()
    assert not heard.is_set()
    scheduler.stop()
    wait_for(heard.is_set)
