"""Work apart: one thread at a time, and a stop that comes at any moment."""

import threading
from typing import Any

import pytest

from mailboxadmin.jobs.apart import Apart
from tests.support.office import Office


class Waits(Apart):
    name = "waits"

    def work(self, stop: threading.Event) -> None:
        stop.wait()


def test_a_stop_while_a_tick_is_beginning_it_ends_it(office: Office, monkeypatch):
    job, asked, may_begin = Waits(office.deps), threading.Event(), threading.Event()

    class SlowToBegin(threading.Thread):
        def start(self) -> None:
            asked.set()
            may_begin.wait()
            super().start()

    tick = threading.Thread(target=job.run)
    results: list[Any] = []
    stop = threading.Thread(target=lambda: results.append(job.stop()))
    monkeypatch.setattr(threading, "Thread", SlowToBegin)
    tick.start()
    asked.wait()
    stop.start()
    stop.join(0.1)
    may_begin.set()
    tick.join()
    stop.join()

    assert results == [True]


def test_what_was_stopped_does_not_begin_again(office: Office, monkeypatch):
    job = Waits(office.deps)
    assert job.stop()

    monkeypatch.setattr(threading, "Thread", pytest.fail)
    job.run()
