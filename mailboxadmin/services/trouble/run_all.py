"""*Run all*: the connection of every mailbox tested side by side, and told as it comes.

    begun: a row a mailbox ── refused before, or paused ──► left out, and that is said
        │
        ├── thirty-two at a time climb the ladder, each bounded by the wall clock
        │        └── each result is written when it is there: the page reads the rows
        ├── stopped by somebody, in any process: those that go on are cut, the others not tried
        └── the end: one line in the log

Never two at once: the row of the one that goes on has a sign of life. A process that dies
leaves it without, and after a minute another may begin. Nothing is changed on the servers,
and no mailbox' state: that is the syncs' to say.
"""

import threading
from datetime import datetime, timedelta

from mailboxadmin.domain.errors import AlreadyRunning
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.mailbox import Glance, State
from mailboxadmin.domain.run_all import Outcome, Result, RunAll
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.overview.board import glance_at_all
from mailboxadmin.services.trouble.run_all_work import RunAllWork
from mailboxadmin.store import run_alls
from mailboxadmin.store.tables_watch import RunAllRow

#: A sign of life that is older means that its process died.
LOST_AFTER = timedelta(seconds=60)


class AllRunning(AlreadyRunning):
    """Raised when one goes on."""


def start_run_all(deps: Deps, *, actor: str) -> int:
    """Begin in the background; its id.

    Raises:
        AllRunning: one goes on, in whatever process.
    """
    begins = {each.id: _begins(each) for each in glance_at_all(deps) if each.configured}
    now = deps.clock.now()
    with deps.store.write() as db:
        before = run_alls.last_run_all(db)
        if before is not None and _is_live(before, now):
            raise AllRunning("All mailboxes are being tested already; here is how far that is.")
        run_id = run_alls.begin_run_all(
            db, {key: outcome.value for key, outcome in begins.items()}, by=actor, now=now
        )
    waiting = [key for key, outcome in begins.items() if outcome is Outcome.WAITS]
    work = RunAllWork(deps, run_id, actor)
    threading.Thread(target=work.run, args=(waiting,), name="run-all", daemon=True).start()
    return run_id


def read_run_all(deps: Deps) -> RunAll | None:
    """The one that goes on, or that was last; None before the first."""
    with deps.store.read() as db:
        row = run_alls.last_run_all(db)
        if row is None:
            return None
        results = run_alls.results_of(db, row.id)
    return RunAll(
        started_at=row.started_at,
        started_by=row.started_by,
        finished_at=row.finished_at,
        cancelled_by=row.cancelled_by,
        lost=row.finished_at is None and not _is_live(row, deps.clock.now()),
        results=tuple(map(_result, results)),
    )


def stop_run_all(deps: Deps, *, actor: str) -> None:
    """Stop the one that goes on, in whatever process; nothing happens when none does."""
    with deps.store.write() as db:
        row = run_alls.last_run_all(db)
        if row is not None and row.finished_at is None and row.cancelled_by is None:
            row.cancelled_by = actor


def _begins(glance: Glance) -> Outcome:
    if glance.state is State.PAUSED:
        return Outcome.PAUSED
    finding = glance.finding
    if finding is not None and (finding.refused_credentials or finding.consent_ended):
        return Outcome.REFUSED_BEFORE
    return Outcome.WAITS


def _is_live(row: RunAllRow, now: datetime) -> bool:
    return row.finished_at is None and now - row.beat_at < LOST_AFTER


def _result(row: run_alls.ResultRow) -> Result:
    return Result(
        mailbox_id=row.mailbox_id,
        address=row.address,
        who=row.owner_name or row.address,
        outcome=Outcome(row.outcome),
        ms=row.ms,
        finding=Finding.from_json(row.finding) if row.finding else None,
    )
