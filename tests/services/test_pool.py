"""The pool of runs: its size changes while it works, and what is urgent goes first."""

import threading

import pytest

from tests.services.workers import Workers
from tests.support.waiting import PATIENCE_S, wait_for


def test_as_many_work_at_once_as_the_size_says(new_pool, gate: threading.Event):
    pool, workers = new_pool(3), Workers(gate)

    for _ in range(10):
        pool.submit(workers)
    wait_for(lambda: workers.busy == 3)
    load = pool.load
    gate.set()
    wait_for(lambda: workers.done == 10)

    assert (workers.most, load) == (3, 10)


def test_urgent_work_overtakes_what_waits(new_pool, gate: threading.Event):
    pool, order = new_pool(1), list[str]()
    pool.submit(lambda: gate.wait(PATIENCE_S))
    wait_for(lambda: pool.load == 1)

    for name in ("first", "second"):
        pool.submit(lambda name=name: order.append(name))
    for name in ("click", "another click"):
        pool.submit(lambda name=name: order.append(name), urgent=True)
    gate.set()
    wait_for(lambda: len(order) == 4)

    assert order == ["click", "another click", "first", "second"]


def test_a_larger_pool_takes_up_what_waits_at_once(new_pool, gate: threading.Event):
    pool, workers = new_pool(1), Workers(gate)
    for _ in range(6):
        pool.submit(workers)

    pool.resize(4)

    wait_for(lambda: workers.busy == 4)


def test_a_smaller_pool_lets_end_what_runs_and_then_does_all_that_waits(
    new_pool, gate: threading.Event
):
    pool, first, later = new_pool(6), Workers(gate), Workers(gate)
    for _ in range(6):
        pool.submit(first)
    wait_for(lambda: first.busy == 6)

    for _ in range(3):
        pool.resize(2)
    for _ in range(8):
        pool.submit(later)
    gate.set()

    wait_for(lambda: (first.done, later.done) == (6, 8))
    assert later.most <= 2


def test_work_that_raises_does_not_take_a_worker_with_it(new_pool, gate: threading.Event):
    pool, workers = new_pool(1), Workers(gate)
    gate.set()

    pool.submit(lambda: 1 / 0)
    pool.submit(workers)

    wait_for(lambda: workers.done == 1)


def test_a_closed_pool_drops_what_waits_and_waits_for_what_runs(new_pool, gate: threading.Event):
    pool, running, waiting = new_pool(1), Workers(gate), Workers(gate)
    pool.submit(running)
    wait_for(lambda: running.busy == 1)
    pool.submit(waiting)

    in_time = pool.close(timeout_s=0.05)
    gate.set()

    assert not in_time
    assert pool.close(timeout_s=PATIENCE_S)
    assert (running.done, waiting.done) == (1, 0)
    with pytest.raises(RuntimeError):
        pool.submit(waiting)
