"""Work that stands still makes room for other work: not at once, not for ever, not without end."""

import threading
import time
from collections.abc import Callable

import pytest

from mailboxadmin.services.pool import LEAST_LENT, Pool
from tests.services.workers import Workers
from tests.support.waiting import PATIENCE_S, wait_for


@pytest.fixture
def still() -> threading.Event:
    """Set: what stands still does so; clear: it goes on."""
    still = threading.Event()
    still.set()
    return still


def standing(pool: Pool, work: Workers, still: threading.Event) -> Callable[[], None]:
    """That work, making room while it stands still."""

    def perform() -> None:
        with pool.making_room(when=still.is_set):
            work()

    return perform


def test_work_that_stands_still_makes_room_for_one_more_at_a_time(
    new_pool, gate: threading.Event, still: threading.Event
):
    pool, done = new_pool(1), list[int]()
    pool.submit(standing(pool, Workers(gate), still))

    for number in range(20):
        pool.submit(lambda number=number: done.append(number))

    wait_for(lambda: len(done) == 20)
    assert done == list(range(20)), "one after the other, as in a pool of one"
    assert pool.load == 1, "the one that stands still is there yet"


def test_work_that_goes_on_again_counts_again(
    new_pool, gate: threading.Event, still: threading.Event
):
    pool, workers = new_pool(1), Workers(gate)
    still.clear()
    pool.submit(standing(pool, Workers(gate), still))
    pool.submit(workers)
    time.sleep(0.6)
    before = workers.busy
    still.set()

    wait_for(lambda: workers.busy == 1)
    assert before == 0


@pytest.mark.parametrize(("size", "lent"), [(1, LEAST_LENT), (6, 6)])
def test_so_many_are_lent_and_no_more(
    new_pool, gate: threading.Event, still: threading.Event, size: int, lent: int
):
    pool, stuck, others = new_pool(size), Workers(gate), Workers(gate)
    for _ in range(size + lent + 3):
        pool.submit(standing(pool, stuck, still))
    for _ in range(3):
        pool.submit(others)

    wait_for(lambda: stuck.busy == size + lent)
    time.sleep(0.5)

    assert (stuck.most, others.most) == (size + lent, 0)


def test_outside_the_pool_nothing_is_lent(new_pool, gate: threading.Event):
    pool, workers = new_pool(1), Workers(gate)

    with pool.making_room(when=lambda: True):
        pool.submit(workers)
        pool.submit(workers)
        wait_for(lambda: workers.busy == 1)
        time.sleep(0.6)

        assert workers.busy == 1


def test_what_is_to_be_done_at_once_needs_no_room(new_pool, gate: threading.Event):
    pool, workers = new_pool(1), Workers(gate)
    stopped, done = threading.Event(), threading.Event()
    pool.submit(workers)
    pool.submit(workers)
    pool.submit(done.set, at_once=stopped.is_set)

    assert not done.wait(0.3)
    stopped.set()

    assert done.wait(PATIENCE_S)
    assert (workers.busy, workers.done) == (1, 0)


def test_what_comes_of_the_work_is_told_to_who_waits_for_it(new_pool):
    pool = new_pool(1)

    good = pool.submit(lambda: 7)
    bad = pool.submit(lambda: 1 / 0)

    assert good.result(PATIENCE_S) == 7
    assert isinstance(bad.exception(PATIENCE_S), ZeroDivisionError)


def test_who_waits_for_work_that_is_dropped_is_told(new_pool, gate: threading.Event):
    pool, workers = new_pool(1), Workers(gate)
    pool.submit(workers)
    wait_for(lambda: workers.busy == 1)
    waiting = pool.submit(workers)

    pool.close(timeout_s=0)

    assert waiting.cancelled()
