"""The clock: a tick every 15 seconds, in one process of all that share an instance.

    tick ── lock is ours? ── no ──► somebody else ticks; ask again at the next tick
                 │ yes
                 └── heartbeat ── due mailboxes to the pool ── people are told

Every few seconds the same process goes on with what waits for its text, for the index, and to be
erased; every minute it renews tokens, and once an hour it tidies up, and makes the backup of the
day when that is due. Mailboxes that are live wait in threads of their own, and have a change begun
with at once.
"""

import logging
import threading
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.jobs.back_up import BackUp
from mailboxadmin.jobs.erase_asked import EraseAsked
from mailboxadmin.jobs.examine_waiting import ExamineWaiting
from mailboxadmin.jobs.index_mail import IndexMail
from mailboxadmin.jobs.live_mailboxes import LiveMailboxes
from mailboxadmin.jobs.refresh_tokens import RefreshTokens
from mailboxadmin.jobs.sync_due import SyncDue
from mailboxadmin.jobs.tell import Tell
from mailboxadmin.services.debug.debugging import end_due
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.keeping.damage import note_damage
from mailboxadmin.services.keeping.prune import prune
from mailboxadmin.services.machine.clock_watch import ClockWatch
from mailboxadmin.services.machine.file_lock import SCHEDULER_LOCK, FileLock
from mailboxadmin.services.syncing.observing import keep_watch
from mailboxadmin.services.warning.warnings import tell_warnings
from mailboxadmin.services.work.heartbeat import (
    scheduler_started,
    scheduler_stopped,
    scheduler_ticked,
)

log = logging.getLogger(__name__)

TICK = timedelta(seconds=15)
#: A new message has its preview soon after it was listed.
EXAMINE_EVERY = timedelta(seconds=3)
REFRESH_EVERY = timedelta(minutes=1)
TIDY_EVERY = timedelta(hours=1)
#: The first tidying, so that a start is not slowed by it.
TIDY_AFTER = timedelta(minutes=2)
#: How long a stop waits for the tick that goes on.
LAST_TICK_S = 3.0


class Scheduler:
    """Ticks when it holds the lock, and waits for the lock when it does not."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._lock = FileLock(deps.instance / SCHEDULER_LOCK)
        self._clock = BackgroundScheduler(timezone=UTC, daemon=True)
        self._sync_due = SyncDue(deps)
        self._examine = ExamineWaiting(deps)
        self._index = IndexMail(deps)
        self._tokens = RefreshTokens(deps)
        self._watch = ClockWatch(deps)
        self._tell = Tell(deps)
        self._back_up = BackUp(deps)
        self._erase = EraseAsked(deps)
        self._live = LiveMailboxes(deps, self.hurry)
        self._turn = threading.Lock()
        self._waited = False
        self._ended = False

    def start(self) -> None:
        """Tick at once and then every 15 seconds.

        Raises:
            OSError: the lock file cannot be opened.
            StoreUnavailable: the first sign of life cannot be written.
        """
        self._take_lock()
        options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        now = datetime.now(UTC)
        self._clock.add_job(
            self.tick, "interval", seconds=TICK.total_seconds(), next_run_time=now, **options
        )
        self._clock.add_job(
            self.examine, "interval", seconds=EXAMINE_EVERY.total_seconds(), **options
        )
        self._clock.add_job(
            self.refresh,
            "interval",
            seconds=REFRESH_EVERY.total_seconds(),
            next_run_time=now,
            **options,
        )
        self._clock.add_job(
            self.tidy,
            "interval",
            seconds=TIDY_EVERY.total_seconds(),
            next_run_time=now + TIDY_AFTER,
            **options,
        )
        self._clock.start()

    @property
    def where(self) -> str:
        """Where the scheduler runs, as one says it."""
        if self._lock.held:
            return "the scheduler runs in this process"
        return f"the scheduler runs in process {self._lock.holder() or 'unknown'}"

    def tick(self) -> None:
        """Show that we live, and hand out what is due; a fault is logged and tried again."""
        with self._turn:
            if self._ended:
                return
            try:
                if self._take_lock():
                    self._watch.look()
                    scheduler_ticked(self._deps, next_tick_at=self._next_tick())
                    end_due(self._deps)
                    self._sync_due.run()
                    note_damage(self._deps)
                    # Only after a good tick: a sign of life says that mailboxes are checked.
                    self._tell.run()
            except Exception:
                # The next tick is the retry; a missing heartbeat turns every page red.
                log.exception("a tick failed")

    def hurry(self) -> None:
        """Hand out what is due now; the next tick does it otherwise."""
        with self._turn:
            if self._ended or not self._lock.held:
                return
            try:
                self._sync_due.run()
            except Exception:
                log.exception("what is due was not begun with at once")

    def examine(self) -> None:
        """Every few seconds, in the process that ticks."""
        if self._lock.held:
            self._examine.run()
            self._index.run()
            self._live.run()
            self._erase.run()

    def refresh(self) -> None:
        """Every minute, in the process that ticks."""
        if self._lock.held:
            self._tokens.run()

    def tidy(self) -> None:
        """Once an hour, in the process that ticks; and what will break is told."""
        if self._lock.held:
            self._back_up.run()
            prune(self._deps)
            keep_watch(self._deps)
            tell_warnings(self._deps)

    def stop(self) -> bool:
        """Tick no more, and let another process take over; False when a tick still goes on."""
        if self._clock.running:
            self._clock.shutdown(wait=False)
        self._examine.stop()
        self._index.stop()
        self._tokens.stop()
        self._tell.stop()
        self._back_up.stop()
        self._erase.stop()
        self._live.stop()
        # A tick may wait for the database; the process ends whether or not it gets it.
        has_turn = self._turn.acquire(timeout=LAST_TICK_S)
        try:
            self._ended = True
            if self._lock.held and has_turn:
                scheduler_stopped(self._deps)
        finally:
            self._lock.release()
            if has_turn:
                self._turn.release()
        return has_turn

    def _take_lock(self) -> bool:
        if self._lock.held:
            return True
        if not self._lock.take():
            if not self._waited:
                log.info("%s", self.where)
            self._waited = True
            return False
        try:
            scheduler_started(self._deps, waited=self._waited, next_tick_at=self._next_tick())
        except StoreUnavailable:
            # Who cannot say that he begins leaves it to others, and asks again.
            self._lock.release()
            raise
        return True

    def _next_tick(self) -> datetime:
        return self._deps.clock.now() + TICK
