"""Whoever asks for a sync, however often, from wherever: one mailbox is synced once at a time.

People click Sync now, the scheduler ticks, the command line syncs, two more processes do the
same. What counts is what the mail server sees: sessions that are signed in and not yet ended.
"""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.clock import SystemClock
from mailboxadmin.domain.errors import AlreadyRunning
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.run import Outcome, SkipReason
from mailboxadmin.jobs.sync_due import SyncDue
from mailboxadmin.services.syncing.rounds import sync_many
from mailboxadmin.services.syncing.sync import start_sync
from mailboxadmin.services.work.runs import current_run
from mailboxadmin.store.tables import MailboxRow
from tests.support import mails
from tests.support.counting_line import CountingLine
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.stored import entries, here
from tests.support.sync_process import CHECKOUT, go, report_of, sync_process

PEOPLE = 6
PATIENCE_S = 120.0


class Rush:
    """All who want the mailbox, until there were so many calls and so many runs."""

    def __init__(self, office: Office, box: Box, *, calls: int, runs: int) -> None:
        self.office = office
        self.box = box
        self._calls = calls
        self._runs = runs
        self._end = time.monotonic() + PATIENCE_S
        self._change = threading.Lock()
        #: What was told to whom.
        self.told: Counter[str] = Counter()
        self.faults: list[Exception] = []

    @property
    def goes_on(self) -> bool:
        with self._change:
            calls, runs = self.told.total(), self.told["began"]
        few = calls < self._calls or runs < self._runs
        return few and not self.faults and time.monotonic() < self._end

    def begin(self, caller: Callable[[], str]) -> threading.Thread:
        """Call again and again in a thread."""
        thread = threading.Thread(target=self._call, args=(caller,))
        thread.start()
        return thread

    def _call(self, caller: Callable[[], str]) -> None:
        while self.goes_on:
            try:
                told = caller()
            except Exception as fault:  # noqa: BLE001 - told by the thread that asserts
                self.faults.append(fault)
                return
            with self._change:
                self.told[told] += 1

    def click(self) -> str:
        """Sync now, as the page does it."""
        try:
            start_sync(self.office.deps, self.box.id, actor="grace@example.org")
        except AlreadyRunning:
            return "is running"
        return "began"

    def command_line(self) -> str:
        """`mailboxadmin sync EMAIL`, in this process."""
        [report] = sync_many(
            self.office.deps, [self.box.account.name], due=False, actor=COMMAND_LINE
        )
        return said(report.outcome.value, report.reason)

    def scheduler(self, sync_due: SyncDue) -> None:
        """Tick for as long as the others call; the mailbox is due each time."""
        while self.goes_on:
            with self.office.deps.store.write() as db:
                row = db.get_one(MailboxRow, self.box.id)
                row.next_attempt_at = self.office.clock.now()
            sync_due.run()
            time.sleep(0.05)


def said(outcome: str, reason: str | None) -> str:
    if outcome == Outcome.OK.value:
        return "began"
    assert (outcome, reason) == (Outcome.SKIPPED.value, SkipReason.RUNNING.value)
    return "is running"


@pytest.fixture
def check(
    open_office: Callable[..., Office], instance: Path, dovecot: Dovecot
) -> Callable[[int, int], None]:
    def rush(calls: int, runs: int) -> None:
        office = open_office(clock=SystemClock())
        with CountingLine(dovecot.port) as line, sync_process(instance, 1) as process:
            box = office.mailbox_at(
                Server(host=line.host, port=line.port, encryption=Encryption.NONE), dovecot.user()
            )
            dovecot.deliver_many(box.account, mails.generate(20))
            rush = Rush(office, box, calls=calls, runs=runs)

            def other_process() -> str:
                go(process)
                report = report_of(process)
                return said(report["outcome"], report.get("reason"))

            callers = [rush.begin(rush.click) for _ in range(PEOPLE)]
            callers += [rush.begin(rush.command_line), rush.begin(other_process)]
            ticking = threading.Thread(target=rush.scheduler, args=(SyncDue(office.deps),))
            ticking.start()
            real = real_command_line(instance, box)
            for thread in (*callers, ticking):
                thread.join()
            office.let_runs_end()

        assert rush.faults == []
        assert real in ("began", "is running")
        assert rush.told["began"] >= runs
        assert rush.told.total() >= calls
        finished = len(entries(office, box, "sync.finished"))
        assert (line.most_at_once, line.sign_ins) == (1, finished)
        assert current_run(office.deps, box.id) is None
        assert len(here(office, box)) == 20

    return rush


def real_command_line(instance: Path, box: Box) -> str:
    """`mailboxadmin sync EMAIL --json`, as one types it."""
    command = [sys.executable, "-m", "mailboxadmin", "sync", box.account.name, "--json"]
    done = subprocess.run(
        command,
        env={"MAILBOXADMIN_INSTANCE": str(instance), "PATH": "/usr/bin:/bin"},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(done.stdout)
    return said(report["outcome"], report.get("reason"))


def test_one_mailbox_is_synced_once_at_a_time_whoever_asks(check: Callable[[int, int], None]):
    check(200, 5)


@pytest.mark.soak
def test_a_thousand_calls_never_sync_one_mailbox_twice_at_a_time(
    check: Callable[[int, int], None],
):
    check(1000, 40)
