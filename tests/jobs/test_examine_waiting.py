"""The thread of the second pass: one at a time, tried again, and ended at once."""

import threading
import time

import pytest

from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.jobs import examine_waiting as module
from mailboxadmin.jobs.examine_waiting import ExamineWaiting
from mailboxadmin.jobs.scheduler import Scheduler
from tests.support.examined import letter, previews, put


class HeldExamination:
    """Stands in for the second pass: each call waits until it is let go, or stopped."""

    def __init__(self):
        self.calls = 0
        self.begun = threading.Semaphore(0)

    def __call__(self, deps, *, stop):
        self.calls += 1
        self.begun.release()
        assert stop.wait(60)


@pytest.fixture
def held(monkeypatch):
    examination = HeldExamination()
    monkeypatch.setattr(module, "examine_messages", examination)
    return examination


@pytest.fixture
def ann(office):
    return office.person("ann@example.org").mailbox_id


def until(condition):
    for _ in range(1000):
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_what_waits_is_worked_off(office, ann):
    put(office, ann, [letter("one"), letter("two")])
    job = ExamineWaiting(office.deps)

    job.run()

    assert until(lambda: len(previews(office, ann)) == 2)
    assert job.stop()


def test_it_goes_on_once_however_often_it_is_called(office, held):
    job = ExamineWaiting(office.deps)

    job.run()
    assert held.begun.acquire(timeout=20)
    job.run()
    job.run()
    stopped = job.stop()

    assert stopped
    assert held.calls == 1


def test_it_does_not_begin_again_when_it_was_stopped(office, held):
    job = ExamineWaiting(office.deps)
    job.stop()

    job.run()

    assert held.calls == 0


def test_a_fault_is_logged_and_tried_again(office, ann, monkeypatch, caplog):
    monkeypatch.setattr(ExamineWaiting, "retry_after_s", 0.1)
    put(office, ann, [letter("one")])
    job = ExamineWaiting(office.deps)

    def locked(*_arguments, **_options):
        raise StoreUnavailable("The database is held by another process.")

    with monkeypatch.context() as broken:
        broken.setattr(module, "examine_messages", locked)
        job.run()
        assert until(lambda: "what waits for examine was not done" in caplog.text)
    assert until(lambda: job.run() or previews(office, ann) == ["one"])


def test_the_scheduler_takes_it_along_and_ends_it(office, ann):
    put(office, ann, [letter("one")])
    scheduler = Scheduler(office.deps)

    scheduler.start()
    found = until(lambda: previews(office, ann) == ["one"])
    scheduler.stop()

    assert found
    assert all(thread.name != "examine" for thread in threading.enumerate())


def test_only_the_process_that_ticks_examines(office, held):
    scheduler = Scheduler(office.deps)

    scheduler.examine()

    assert held.calls == 0
