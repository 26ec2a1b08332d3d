"""Runs and their leases: one run of a mailbox at a time, over all threads and processes.

    begin --> keepers renew the lease every 10 s and look for a cancel every second
      |           |
      |           `-- the lease is no longer ours: the run stops and writes nothing more
      `--> end (the lease goes with the closing entry, in one transaction)

A lease whose holder died is taken over at once, or after 60 s when the holder
cannot be looked at; the run it belonged to is closed as interrupted.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session as DbSession

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import (
    AlreadyRunning,
    Cancelled,
    NotFound,
)
from mailboxadmin.domain.run import Counts, Outcome, Progress
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.machine.memory import memory_limit
from mailboxadmin.services.running import RunControl
from mailboxadmin.services.work.holder import Holder, this_process
from mailboxadmin.services.work.keeper import keep
from mailboxadmin.store import leases, runs
from mailboxadmin.store.activity import add_entry, was_told
from mailboxadmin.store.tables import LeaseRow, MailboxRow, RunRow

log = logging.getLogger(__name__)

LEASE_LASTS = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that holds its mailbox."""

    id: int
    mailbox_id: int
    actor: str
    started_at: datetime
    control: RunControl

    def confirm(self, db: DbSession) -> None:
        """Write on, if the mailbox is still ours; asked in every transaction of a run.

        Raises:
            Cancelled: it was stopped, or another process took the mailbox over.
        """
        self.control.proceed()
        if not leases.holds_lease(db, self.mailbox_id, self.id):
            self.control.stop()
            raise Cancelled("Another process took the mailbox over.")


def begin_run(deps: Deps, mailbox_id: int, *, actor: str) -> Run:
    """Take the mailbox and open a run.

    Raises:
        AlreadyRunning: another run, in any process, holds it.
        NotFound: there is no such mailbox.
    """
    now = deps.clock.now()
    with deps.store.read() as db:
        # Most are refused here, without waiting for those who write.
        _require_free(leases.lease_of(db, mailbox_id), now)
    with deps.store.write() as db:
        if db.get(MailboxRow, mailbox_id) is None:
            raise NotFound("There is no such mailbox.")
        _clear_the_way(db, leases.lease_of(db, mailbox_id), now)
        row = runs.add_run(db, mailbox_id, actor, now)
        db.add(_lease(mailbox_id, row.id, now))
    control = RunControl(row.id, mailbox_id)
    deps.running.add(control)
    keep(deps, control)
    return Run(id=row.id, mailbox_id=mailbox_id, actor=actor, started_at=now, control=control)


@contextmanager
def held(deps: Deps, run: Run) -> Iterator[None]:
    """However the block ends, the run is no longer one of this process.

    While it stands still, the pool has room for another.
    """
    try:
        with deps.pool.making_room(when=lambda: run.control.stands_still):
            yield
    finally:
        run.control.stop()
        deps.running.discard(run.id)


def close_gone_runs(deps: Deps) -> None:
    """Close the runs whose process died, so that no page shows them as going on."""
    now = deps.clock.now()
    with deps.store.read() as db:
        gone = [lease.mailbox_id for lease in leases.all_leases(db) if not is_live(lease, now)]
    for mailbox_id in gone:
        with deps.store.write() as db:
            lease = leases.lease_of(db, mailbox_id)
            if lease is not None and not is_live(lease, now):
                _clear_the_way(db, lease, now)


def _lease(mailbox_id: int, run_id: int, now: datetime) -> LeaseRow:
    holder = this_process()
    return LeaseRow(
        mailbox_id=mailbox_id,
        run_id=run_id,
        machine=holder.machine,
        pid=holder.pid,
        pid_started=holder.pid_started,
        renewed_at=now,
    )


def _require_free(lease: LeaseRow | None, now: datetime) -> None:
    if lease is not None and is_live(lease, now):
        raise AlreadyRunning("This mailbox is being synced already.")


def _clear_the_way(db: DbSession, lease: LeaseRow | None, now: datetime) -> None:
    _require_free(lease, now)
    if lease is None:
        return
    _close_interrupted(db, lease, now)
    db.delete(lease)
    db.flush()


def is_live(lease: LeaseRow, now: datetime) -> bool:
    """True while the holder renews it, and is not known to be dead."""
    holder = Holder(machine=lease.machine, pid=lease.pid, pid_started=lease.pid_started)
    return now - lease.renewed_at < LEASE_LASTS and not holder.gone


def _close_interrupted(db: DbSession, lease: LeaseRow, now: datetime) -> None:
    row = db.get(RunRow, lease.run_id)
    if row is None or row.finished_at is not None:
        return
    counts = Counts(**row.counts)
    runs.end_run(db, row.id, outcome=Outcome.FAILED, counts=counts, finding=None, now=now)
    add_entry(
        db,
        Entry(
            code=Code.SYNC_INTERRUPTED,
            level=Level.WARNING,
            message="A sync was cut off, because its process was killed or lost power; "
            "what it had stored is kept, and the next one goes on from there.",
            actor=row.started_by,
            mailbox_id=row.mailbox_id,
            run_id=row.id,
            detail={
                "pid": lease.pid,
                "last_sign_of_life": lease.renewed_at.isoformat(),
                # Near the limit it was probably ended for want of memory.
                "memory_bytes": lease.memory_bytes,
                "memory_limit_bytes": memory_limit(),
            },
        ),
        now,
    )


def cancel_run(deps: Deps, run_id: int, *, actor: str) -> bool:
    """Ask a run to stop, in whichever process it is; False when it has ended already.

    Raises:
        StoreUnavailable: it could not be asked; a run of this process was stopped even so.
    """
    log.info("run %s: stop asked by %s", run_id, actor)
    # First what needs no database, which may be busy with something else.
    stopped = deps.running.stop(run_id, by=actor)
    with deps.store.write() as db:
        return runs.request_cancel(db, run_id, by=actor) or stopped


def read_progress(deps: Deps, run_id: int, mailbox_id: int) -> Progress:
    """How far a run is.

    Raises:
        NotFound: this mailbox has no such run.
    """
    with deps.store.read() as db:
        progress = runs.progress_of(db, run_id)
        if progress is None or progress.mailbox_id != mailbox_id:
            raise NotFound("There is no such run.")
        # It may also have brought as many messages as one may: the log knows which.
        partial = progress.outcome is Outcome.PARTIAL
        timed_out = partial and was_told(db, mailbox_id, run_id, Code.SYNC_TIMED_OUT)
    return replace(progress, timed_out=timed_out)


def current_run(deps: Deps, mailbox_id: int) -> int | None:
    """The run that goes on now; None when none does."""
    with deps.store.read() as db:
        return runs.live_run(db, mailbox_id)


def runs_as_saved(deps: Deps, mailbox_id: int) -> bool:
    """True when a run goes on that began after the configuration was last saved."""
    with deps.store.read() as db:
        run_id = runs.live_run(db, mailbox_id)
        run = runs.progress_of(db, run_id) if run_id is not None else None
        mailbox = db.get(MailboxRow, mailbox_id)
        saved_at = mailbox.configured_at if mailbox is not None else None
    return run is not None and saved_at is not None and run.started_at >= saved_at
