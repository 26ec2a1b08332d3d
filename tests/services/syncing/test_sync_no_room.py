"""A database that cannot be written: what a run says then, and that nothing is lost."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.syncing.attempt import attempt
from mailboxadmin.services.syncing.outcome import record_outcome
from mailboxadmin.services.syncing.rounds import sync_many
from mailboxadmin.services.work.runs import begin_run, held
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.stored import codes, here
from tests.support.sync_process import CHECKOUT

LETTERS = 200


@pytest.fixture
def box(office: Office, dovecot: Dovecot) -> Box:
    """A mailbox of some 5 MB, not synced."""
    box = office.mailbox(server=dovecot)
    dovecot.deliver_many(box.account, mails.generate(LETTERS))
    return box


def cramped_sync(instance: Path, box: Box, size: int) -> dict[str, Any]:
    """The report of a process that may write no file beyond that size."""
    command = [sys.executable, "-m", "tests.support.cramped_process"]
    done = subprocess.run(
        [*command, str(size), str(instance), str(box.id)],
        input=b"\n",
        stdout=subprocess.PIPE,
        cwd=CHECKOUT,
        check=True,
    )
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def test_a_full_disk_is_said_and_nothing_is_lost(office: Office, box: Box, instance: Path):
    room = (instance / "mailboxadmin.db").stat().st_size + 3 * 1024 * 1024

    cramped = cramped_sync(instance, box, room)
    state, kept = office.state(box), len(here(office, box))
    roomy = office.sync(box)

    assert cramped["finding"]["code"] == "local.disk_full"
    assert cramped["finding"]["fix_by"] == "admin"
    assert (cramped["outcome"], state) == ("failed", State.RETRYING)
    assert 0 < kept < LETTERS
    assert (roomy.outcome, roomy.counts.new) == (Outcome.OK, LETTERS - kept)
    assert here(office, box) == {
        ("INBOX", uid): raw for uid, raw in enumerate(mails.generate(LETTERS), start=1)
    }
    assert "mailbox.recovered" in codes(office, box)


@pytest.fixture
def impatient(office: Office) -> Office:
    """An office that waits a moment for the database, not 20 seconds."""
    engine = office.deps.store.engine
    engine.dispose()
    event.listen(
        engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 100")
    )
    return office


@pytest.fixture
def lock(instance: Path) -> Iterator[Callable[[], sqlite3.Connection]]:
    """Take the write lock as another process would; it is let go by `rollback`."""
    other = sqlite3.connect(
        instance / "mailboxadmin.db", isolation_level=None, check_same_thread=False
    )

    def take() -> sqlite3.Connection:
        other.execute("BEGIN IMMEDIATE")
        return other

    yield take
    other.close()


def test_a_database_that_another_process_holds_is_said(
    impatient: Office, box: Box, lock: Callable[[], sqlite3.Connection]
):
    held_by_other = lock()

    (report,) = sync_many(impatient.deps, None, due=False, actor=COMMAND_LINE)

    assert report.outcome is Outcome.FAILED
    assert report.finding is not None
    assert (report.finding.code, report.finding.temporary) == ("local.database_busy", True)
    held_by_other.execute("ROLLBACK")
    assert impatient.sync(box).counts.new == LETTERS


def test_a_database_that_is_taken_in_the_middle_of_a_run_is_said_on_the_mailbox(
    impatient: Office, box: Box, lock: Callable[[], sqlite3.Connection]
):
    deps = impatient.deps
    run = begin_run(deps, box.id, actor=COMMAND_LINE)
    held_by_other = lock()

    with held(deps, run):
        result = attempt(deps, run)
        held_by_other.execute("ROLLBACK")
        record_outcome(deps, run, result)

    finding = impatient.row(box).finding
    assert finding is not None
    assert finding["code"] == "local.database_busy"
    assert impatient.state(box) is State.RETRYING
    assert impatient.sync(box).counts.new == LETTERS
