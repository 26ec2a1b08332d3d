"""Due mailboxes go to the pool, each once; the pool is as large as the setting says."""

import threading
import time

import pytest

from mailboxadmin.domain.activity import SCHEDULER
from mailboxadmin.jobs import sync_due as module
from mailboxadmin.jobs.sync_due import SyncDue
from mailboxadmin.services.office.settings import change_settings

PATIENCE_S = 60


class HeldSyncs:
    """Stands in for the sync: each call waits until it is let go."""

    def __init__(self):
        self.calls = []
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Event()

    def __call__(self, deps, mailbox_id, *, actor):
        self.calls.append((mailbox_id, actor))
        self.begun.release()
        assert self.go_on.wait(PATIENCE_S)


@pytest.fixture
def syncs(monkeypatch):
    held = HeldSyncs()
    monkeypatch.setattr(module, "sync_mailbox", held)
    yield held
    held.go_on.set()


@pytest.fixture
def due(monkeypatch):
    ids = []
    monkeypatch.setattr(module, "due_mailboxes", lambda deps, now: list(ids))
    monkeypatch.setattr(module, "is_due", lambda deps, mailbox_id, now: mailbox_id in ids)
    return ids


def test_what_is_due_is_synced_by_the_scheduler(office, syncs, due):
    due += [1, 2]

    assert SyncDue(office.deps).run() == 2

    assert syncs.begun.acquire(timeout=PATIENCE_S) and syncs.begun.acquire(timeout=PATIENCE_S)
    assert sorted(syncs.calls) == [(1, SCHEDULER), (2, SCHEDULER)]


def test_a_mailbox_that_waits_in_the_pool_is_not_handed_out_again(office, syncs, due):
    change_settings(office.deps, {"parallel_syncs": "1"}, actor="test")
    handing_out = SyncDue(office.deps)
    due += [1, 2]

    first, second = handing_out.run(), handing_out.run()

    assert (first, second) == (2, 0)


def test_it_is_handed_out_again_when_it_was_done(office, syncs, due):
    handing_out = SyncDue(office.deps)
    due += [1]
    handing_out.run()
    assert syncs.begun.acquire(timeout=PATIENCE_S)
    syncs.go_on.set()

    # The worker forgets the mailbox a moment after the sync returned.
    end = time.monotonic() + PATIENCE_S
    while not (again := handing_out.run()) and time.monotonic() < end:
        time.sleep(0.02)

    assert again == 1


def test_what_was_tried_while_it_waited_is_not_tried_again(office, syncs, due):
    change_settings(office.deps, {"parallel_syncs": "1"}, actor="test")
    handing_out = SyncDue(office.deps)
    due += [1, 2]
    handing_out.run()
    assert syncs.begun.acquire(timeout=PATIENCE_S)

    due.remove(2)
    done = office.deps.pool.submit(lambda: None)
    syncs.go_on.set()
    done.result(timeout=PATIENCE_S)

    assert [mailbox_id for mailbox_id, _ in syncs.calls] == [1]


def test_the_pool_follows_the_setting(office, syncs, due):
    change_settings(office.deps, {"parallel_syncs": "2"}, actor="test")
    due += [1, 2, 3]
    handing_out = SyncDue(office.deps)

    handing_out.run()
    handing_out.run()
    assert syncs.begun.acquire(timeout=PATIENCE_S) and syncs.begun.acquire(timeout=PATIENCE_S)
    third_began = syncs.begun.acquire(timeout=0.3)
    change_settings(office.deps, {"parallel_syncs": "3"}, actor="test")
    handing_out.run()

    assert not third_began
    assert syncs.begun.acquire(timeout=PATIENCE_S)
