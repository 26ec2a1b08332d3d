"""Runs as their pages ask for them: begun, told, stopped."""

import time
from collections.abc import Callable

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.errors import AlreadyRunning, NotFound
from mailboxadmin.domain.run import Counts, Outcome, Progress
from mailboxadmin.services.runs import begin_run, cancel_run, current_run, read_progress
from mailboxadmin.services.sync import start_sync, sync_mailbox
from mailboxadmin.store.runs import request_cancel
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.stored import entries

PATIENCE_S = 30.0


@pytest.fixture
def box(office: Office, dovecot: Dovecot) -> Box:
    return office.mailbox(server=dovecot)


def wait_for(met: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not met():
        assert time.monotonic() < end
        time.sleep(0.01)


def ended(office: Office, box: Box, run_id: int) -> Progress:
    wait_for(lambda: not read_progress(office.deps, run_id, box.id).live)
    return read_progress(office.deps, run_id, box.id)


def test_a_run_in_the_background_is_there_at_once_and_ends_by_itself(
    office: Office, dovecot: Dovecot, box: Box
):
    dovecot.deliver_many(box.account, mails.generate(10))

    run_id = start_sync(office.deps, box.id, actor="grace@example.org")
    going_on = read_progress(office.deps, run_id, box.id)
    done = ended(office, box, run_id)

    assert going_on.started_by == "grace@example.org"
    assert (done.outcome, done.counts) == (Outcome.OK, Counts(new=10))
    assert current_run(office.deps, box.id) is None
    (entry,) = entries(office, box, "sync")
    assert (entry.actor, entry.run_id) == ("grace@example.org", run_id)


def test_a_second_run_in_the_background_is_refused(office: Office, box: Box):
    first = begin_run(office.deps, box.id, actor=COMMAND_LINE)

    with pytest.raises(AlreadyRunning):
        start_sync(office.deps, box.id, actor=COMMAND_LINE)

    assert current_run(office.deps, box.id) == first.id


def test_a_mailbox_that_does_not_exist_is_not_found(office: Office):
    with pytest.raises(NotFound):
        sync_mailbox(office.deps, 99, actor=COMMAND_LINE)


def test_a_run_is_told_only_to_its_own_mailbox(office: Office, dovecot: Dovecot, box: Box):
    other = office.mailbox(server=dovecot)
    run = begin_run(office.deps, box.id, actor=COMMAND_LINE)

    with pytest.raises(NotFound):
        read_progress(office.deps, run.id, other.id)


def test_another_process_asks_by_the_row_and_the_run_stops(office: Office, box: Box):
    run = begin_run(office.deps, box.id, actor=COMMAND_LINE)

    with office.deps.store.write() as db:
        request_cancel(db, run.id)

    wait_for(lambda: run.control.stopped)


def test_a_run_that_has_ended_cannot_be_stopped(office: Office, box: Box):
    run_id = office.sync(box).run_id

    assert run_id is not None
    assert not cancel_run(office.deps, run_id, actor=COMMAND_LINE)


def test_a_stopped_run_leaves_the_mailbox_as_it_was(office: Office, box: Box):
    office.sync(box)
    before = office.row(box)
    run_id = start_sync(office.deps, box.id, actor=COMMAND_LINE)
    cancel_run(office.deps, run_id, actor=COMMAND_LINE)

    ended(office, box, run_id)

    after = office.row(box)
    assert (after.state, after.finding) == (before.state, None)
    assert after.next_attempt_at is not None
