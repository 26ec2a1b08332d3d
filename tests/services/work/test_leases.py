"""Who holds a mailbox: one run at a time, a dead holder for no moment longer than it must."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from mailboxadmin.demo.deeds import Action, Stall, Until
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.errors import AlreadyRunning, Cancelled
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.run import Counts, Outcome, Result, SkipReason
from mailboxadmin.services.syncing.outcome import record_outcome
from mailboxadmin.services.syncing.rounds import due_mailboxes
from mailboxadmin.services.work.holder import this_process
from mailboxadmin.services.work.runs import Run, begin_run, current_run
from mailboxadmin.store.tables import LeaseRow
from tests.support import mails
from tests.support.bad_line import BadLine, Badness
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.scripted import ScriptedImap
from tests.support.scripted_steps import Step, capability, expect, list_folders, select
from tests.support.stored import codes, entries, stored
from tests.support.sync_process import go, report_of, sync_process

PATIENCE_S = 60.0


def an_empty_inbox(*before_the_sign_in: Action) -> list[Step]:
    """A dialogue of a run that finds no mail."""
    return [
        capability(),
        expect("LOGIN ", *before_the_sign_in, "{tag} OK signed in"),
        capability(),
        select(),
        list_folders(),
    ]


def stalled() -> list[Step]:
    """A dialogue in which the run waits for its sign-in."""
    return [capability(), expect("LOGIN ", Stall())]


@dataclass(frozen=True, slots=True)
class ScriptedBox(Box):
    """A mailbox and the server that follows its script."""

    server: ScriptedImap


@pytest.fixture
def box_on(office: Office, scripted_imap) -> Callable[..., ScriptedBox]:
    """A mailbox on a server with these dialogues; one connection more fails the test."""

    def start(*scripts: list[Step]) -> ScriptedBox:
        server: ScriptedImap = scripted_imap(*scripts, may_stop_early=True)
        box = office.mailbox_at(
            Server(host=server.host, port=server.port, encryption=Encryption.NONE)
        )
        return ScriptedBox(box.id, box.person, box.account, server)

    return start


@pytest.fixture
def box(box_on: Callable[..., ScriptedBox]) -> ScriptedBox:
    return box_on(an_empty_inbox(), an_empty_inbox())


def wait_until(met: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not met():
        assert time.monotonic() < end
        time.sleep(0.01)


def wait_until_signing_in(box: ScriptedBox) -> None:
    wait_until(lambda: b"LOGIN" in box.server.received)


def test_of_many_threads_one_gets_the_mailbox(office: Office, box: Box):
    runs: list[Run] = []
    refused: list[AlreadyRunning] = []
    start = threading.Barrier(8)

    def take() -> None:
        start.wait()
        try:
            runs.append(begin_run(office.deps, box.id, actor=COMMAND_LINE))
        except AlreadyRunning as fault:
            refused.append(fault)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(runs), len(refused)) == (1, 7)


def test_while_one_thread_syncs_another_is_told_at_once(office: Office, box_on):
    box = box_on(stalled())
    running = threading.Thread(target=lambda: office.sync(box))
    running.start()
    wait_until_signing_in(box)
    run_id = current_run(office.deps, box.id)

    report = office.sync(box)

    assert (report.outcome, report.reason) == (Outcome.SKIPPED, SkipReason.RUNNING)
    assert current_run(office.deps, box.id) == run_id
    office.deps.running.stop_all()
    running.join()


def test_of_several_processes_one_syncs_and_the_others_are_told(
    office: Office, box_on, instance: Path
):
    others_were_told = threading.Event()
    box = box_on(an_empty_inbox(Until(others_were_told)))

    with ExitStack() as loaded:
        processes = [loaded.enter_context(sync_process(instance, box.id)) for _ in range(3)]
        for process in processes:
            go(process)
        wait_until(lambda: codes(office, box, "sync") == ["sync.skipped"] * 2)
        others_were_told.set()
        reports = [report_of(process) for process in processes]

    outcomes = sorted((report["outcome"], report.get("reason")) for report in reports)
    assert outcomes == [("ok", None), ("skipped", "running"), ("skipped", "running")]
    assert sorted(codes(office, box, "sync")) == ["sync.finished", *["sync.skipped"] * 2]


def test_a_mailbox_held_by_another_process_is_not_taken_and_not_due(
    office: Office, box_on, instance: Path
):
    box = box_on(stalled())
    with sync_process(instance, box.id) as process:
        go(process)
        wait_until_signing_in(box)
        touch(office, box)

        report = office.sync(box)

        assert report.reason is SkipReason.RUNNING
        assert due_mailboxes(office.deps, office.clock.now()) == []


def touch(office: Office, box: Box, **changes: object) -> None:
    """Change the lease; renewed just now by this office's clock, unless said otherwise."""
    with office.deps.store.write() as db:
        values = {"renewed_at": office.clock.now(), **changes}
        db.execute(update(LeaseRow).where(LeaseRow.mailbox_id == box.id).values(values))


def test_a_dead_holder_loses_the_mailbox_at_once(office: Office, box_on, instance: Path):
    box = box_on(stalled(), an_empty_inbox())
    with sync_process(instance, box.id) as process:
        go(process)
        wait_until_signing_in(box)
        lost = current_run(office.deps, box.id)
        process.kill()
        process.wait()
    touch(office, box)

    assert due_mailboxes(office.deps, office.clock.now()) == [box.id]
    report = office.sync(box)

    assert report.outcome is Outcome.OK
    interrupted, _ = entries(office, box, "sync")
    assert (interrupted.code, interrupted.run_id) == ("sync.interrupted", lost)


def test_a_zombie_is_dead_though_it_still_has_its_number(office: Office, box_on, instance: Path):
    box = box_on(stalled(), an_empty_inbox())
    with sync_process(instance, box.id) as process:
        go(process)
        wait_until_signing_in(box)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        touch(office, box)

        assert office.sync(box).outcome is Outcome.OK


def test_a_number_that_was_given_to_a_later_process_is_not_the_holder(office: Office, box: Box):
    begin_run(office.deps, box.id, actor=COMMAND_LINE)
    touch(office, box, pid_started="1")

    assert office.sync(box).outcome is Outcome.OK


def test_a_holder_on_another_machine_keeps_it_for_a_minute_without_a_sign_of_life(
    office: Office, box: Box
):
    begin_run(office.deps, box.id, actor=COMMAND_LINE)
    touch(office, box, machine="another", pid=2**22 + 1)

    office.clock.advance(seconds=59)
    early = office.sync(box)
    office.clock.advance(seconds=1)
    late = office.sync(box)

    assert (early.reason, late.outcome) == (SkipReason.RUNNING, Outcome.OK)


def test_a_frozen_holder_keeps_its_mailbox_for_a_minute_and_then_writes_nothing_more(
    office: Office, dovecot: Dovecot, instance: Path
):
    with BadLine(dovecot.port, at="UID FETCH .*BODY", then=Badness.HANG) as line:
        box = office.mailbox(server=dovecot)
        dovecot.deliver_many(box.account, mails.generate(5))
        where = Server(host=line.host, port=line.port, encryption=Encryption.NONE)
        office.connect(box.id, where, box.account.password)
        with sync_process(instance, box.id) as process:
            go(process)
            assert line.gone_bad.wait(PATIENCE_S)
            process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
            touch(office, box)
            straight = Server(host=dovecot.host, port=dovecot.port, encryption=Encryption.NONE)
            office.connect(box.id, straight, box.account.password)

            office.clock.advance(seconds=59)
            early = office.sync(box)
            office.clock.advance(seconds=1)
            late = office.sync(box)
            before = (stored(office, box), codes(office, box))
            line.go_on()
            process.send_signal(signal.SIGCONT)
            thawed = report_of(process)

    assert (early.reason, late.outcome, late.counts.new) == (SkipReason.RUNNING, Outcome.OK, 5)
    assert (thawed["outcome"], thawed["finding"]) == ("failed", None), "stopped, with nothing new"
    assert (stored(office, box), codes(office, box)) == before


def test_a_run_that_lost_its_mailbox_writes_nothing_more(office: Office, box: Box):
    run = begin_run(office.deps, box.id, actor=COMMAND_LINE)
    with office.deps.store.write() as db:
        db.execute(delete(LeaseRow))
    said = codes(office, box)

    with pytest.raises(Cancelled), office.deps.store.write() as db:
        run.confirm(db)
    record_outcome(office.deps, run, Result(outcome=Outcome.OK, counts=Counts(new=7)))

    assert run.control.stopped
    assert codes(office, box) == said
    assert office.row(box).last_attempt_at is None


def test_a_live_run_renews_its_lease(office: Office, box: Box, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mailboxadmin.services.work.keeper.RENEW_EVERY_S", 0.01)
    run = begin_run(office.deps, box.id, actor=COMMAND_LINE)

    office.clock.advance(minutes=10)
    wait_until(lambda: renewed_at(office, box) >= office.clock.now())

    assert not run.control.stopped


def renewed_at(office: Office, box: Box) -> datetime:
    with office.deps.store.read() as db:
        return db.get_one(LeaseRow, box.id).renewed_at


def test_this_process_is_alive_and_one_that_ended_is_gone():
    me = this_process()

    assert not me.gone
    assert replace(me, pid_started="1").gone
    assert replace(me, pid=2**22 + 1).gone
    assert not replace(me, machine="another", pid=2**22 + 1).gone
