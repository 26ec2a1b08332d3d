"""Runs as their pages ask for them: begun, told, stopped."""

from datetime import timedelta

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE, SCHEDULER
from mailboxadmin.domain.errors import AlreadyRunning, InvalidInput, NotFound
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.run import Counts, Outcome, Progress, Result
from mailboxadmin.services.syncing.outcome import record_outcome
from mailboxadmin.services.syncing.sync import start_sync, sync_mailbox
from mailboxadmin.services.work.runs import (
    begin_run,
    cancel_run,
    close_gone_runs,
    current_run,
    read_progress,
    runs_as_saved,
)
from mailboxadmin.store.runs import request_cancel
from mailboxadmin.store.tables import LeaseRow, MailboxRow
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.stored import entries
from tests.support.waiting import wait_for


@pytest.fixture
def box(office: Office, dovecot: Dovecot) -> Box:
    return office.mailbox(server=dovecot)


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
        request_cancel(db, run.id, by="another process")

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


def test_the_run_of_a_dead_process_is_closed_without_another_run(office: Office, box: Box):
    run = begin_run(office.deps, box.id, actor=COMMAND_LINE)
    run.control.stop()
    with office.deps.store.write() as db:
        db.get_one(LeaseRow, box.id).pid_started = "another process of this number"

    close_gone_runs(office.deps)

    assert current_run(office.deps, box.id) is None
    assert not read_progress(office.deps, run.id, box.id).live
    assert [entry.code for entry in entries(office, box, "sync.")] == ["sync.interrupted"]


def test_a_living_run_is_not_closed(office: Office, box: Box):
    run = begin_run(office.deps, box.id, actor=COMMAND_LINE)

    close_gone_runs(office.deps)

    assert current_run(office.deps, box.id) == run.id
    run.control.stop()


def test_the_log_names_who_stopped_a_run(office: Office, box: Box):
    run = begin_run(office.deps, box.id, actor=SCHEDULER)
    cancel_run(office.deps, run.id, actor="grace@example.org")

    record_outcome(office.deps, run, Result(outcome=Outcome.CANCELLED, counts=Counts()))

    [entry] = entries(office, box, "sync.cancelled")
    assert entry.actor == "grace@example.org"


def test_stopping_a_run_does_not_bring_a_backed_off_try_forward(office: Office, box: Box):
    later = office.clock.now() + timedelta(hours=2)
    with office.deps.store.write() as db:
        row = db.get_one(MailboxRow, box.id)
        row.state, row.next_attempt_at = State.RETRYING.value, later
    run = begin_run(office.deps, box.id, actor=COMMAND_LINE)
    cancel_run(office.deps, run.id, actor="grace@example.org")

    record_outcome(office.deps, run, Result(outcome=Outcome.CANCELLED, counts=Counts()))

    assert office.row(box).next_attempt_at == later


def test_a_mailbox_without_a_password_is_not_tried(office: Office):
    ann = office.person("ann@example.org")
    assert ann.mailbox_id is not None

    with pytest.raises(InvalidInput, match="not connected yet"):
        start_sync(office.deps, ann.mailbox_id, actor=COMMAND_LINE)


def test_a_run_that_began_before_a_change_was_saved_is_told_apart(office: Office, box: Box):
    run = begin_run(office.deps, box.id, actor=SCHEDULER)
    as_saved = runs_as_saved(office.deps, box.id)
    office.clock.advance(seconds=1)
    with office.deps.store.write() as db:
        db.get_one(MailboxRow, box.id).configured_at = office.clock.now()

    assert as_saved
    assert not runs_as_saved(office.deps, box.id)
    run.control.stop()
