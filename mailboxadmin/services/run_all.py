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

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level
from mailboxadmin.domain.errors import (
    AlreadyRunning,
    Cancelled,
    Facts,
    Happening,
    StoreUnavailable,
)
from mailboxadmin.domain.finding import Finding, Phase
from mailboxadmin.domain.mailbox import Glance, State
from mailboxadmin.services.board import glance_at_all
from mailboxadmin.services.check import no_watcher
from mailboxadmin.services.climb import Climbed, climb
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.draft import Draft, Plan, plan_draft
from mailboxadmin.services.effective import recognise_by_mx
from mailboxadmin.services.findings import finding_for
from mailboxadmin.services.listed import remember_listed
from mailboxadmin.services.running import RunControl
from mailboxadmin.services.way import ending
from mailboxadmin.store import mailboxes, run_alls
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.tables_watch import RunAllRow

log = logging.getLogger(__name__)

#: More than may hang: those that answer go on beside them.
MOST_AT_ONCE = 32
#: Whatever hangs, all of it is over then.
LIMIT_S = 180.0
#: A sign of life that is older means that its process died.
LOST_AFTER = timedelta(seconds=60)
BEAT_EVERY_S = 5.0
LOOK_EVERY_S = 0.5


class Outcome(StrEnum):
    """What became of one mailbox."""

    WAITS = "waits"
    WORKS = "works"
    FAILS = "fails"
    #: Its sign-in was refused before, and the server counts tries.
    REFUSED_BEFORE = "refused_before"
    PAUSED = "paused"
    #: It was stopped before its turn, or while it was tested.
    NOT_TRIED = "not_tried"


class AllRunning(AlreadyRunning):
    """Raised when one goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One mailbox."""

    mailbox_id: int
    address: str
    #: Its owner, as a sentence calls them.
    who: str
    outcome: Outcome
    #: How long it took; None when it was not tested.
    ms: int | None
    finding: Finding | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAll:
    """How far it is, or how it ended."""

    started_at: datetime
    started_by: str
    #: None while it goes on.
    finished_at: datetime | None
    cancelled_by: str | None
    #: Its process died; it does not go on.
    lost: bool
    #: By the owner's name.
    results: tuple[Result, ...]

    @property
    def live(self) -> bool:
        """It goes on."""
        return self.finished_at is None and not self.lost

    def of(self, *outcomes: Outcome) -> tuple[Result, ...]:
        """Those that ended so."""
        return tuple(result for result in self.results if result.outcome in outcomes)

    @property
    def done(self) -> int:
        """How many wait no more."""
        return len(self.results) - len(self.of(Outcome.WAITS))


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
    work = _Work(deps, run_id, actor)
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


class _Work:
    """One *Run all* of this process."""

    def __init__(self, deps: Deps, run_id: int, actor: str) -> None:
        self._deps, self._run_id, self._actor = deps, run_id, actor
        self._stopped = threading.Event()
        self._change = threading.Lock()
        self._controls: set[RunControl] = set()

    def run(self, mailbox_ids: Sequence[int]) -> None:
        """Test these, and see that it ends."""
        turns = deque(mailbox_ids)
        # Not of a pool: at the end of the process a pool waits for whatever hangs.
        workers = [
            threading.Thread(target=self._take, args=(turns,), name="run-all-test", daemon=True)
            for _ in range(min(MOST_AT_ONCE, len(turns)))
        ]
        try:
            for worker in workers:
                worker.start()
            self._look_after(lambda: not any(worker.is_alive() for worker in workers))
            self._end()
        except Exception:
            # Without its end it counts as lost after a minute, and another may begin.
            log.exception("testing all mailboxes broke off")
            self._stop()

    def _take(self, turns: deque[int]) -> None:
        """One mailbox after the other, until there is none."""
        while not self._stopped.is_set():
            try:
                mailbox_id = turns.popleft()
            except IndexError:
                return
            try:
                self._test(mailbox_id)
            except StoreUnavailable as fault:
                log.error("the test of mailbox %s is not told: %s", mailbox_id, fault)

    def _look_after(self, over: Callable[[], bool]) -> None:
        """Give signs of life, and hear whether somebody stops it, until it is over."""
        ends_at = time.monotonic() + LIMIT_S
        beat_at = 0.0
        while not over():
            now = time.monotonic()
            with self._deps.store.read() as db:
                cancelled = run_alls.is_cancelled(db, self._run_id)
            if not self._stopped.is_set() and (cancelled or now > ends_at):
                self._stop()
            if now - beat_at > BEAT_EVERY_S:
                beat_at = now
                with self._deps.store.write(background=True) as db:
                    run_alls.beat_run_all(db, self._run_id, self._deps.clock.now())
            time.sleep(LOOK_EVERY_S if not over() else 0)

    def _test(self, mailbox_id: int) -> None:
        control = RunControl(0, mailbox_id)
        with self._change:
            self._controls.add(control)
        try:
            if self._stopped.is_set():
                control.stop()
            # Servers count connections, and this test takes one.
            with self._deps.live.kept_away(mailbox_id):
                began = time.monotonic()
                outcome, finding = self._climbed(mailbox_id, control)
                ms = round((time.monotonic() - began) * 1000)
            self._note(mailbox_id, outcome, ms, finding)
        finally:
            with self._change:
                self._controls.discard(control)

    def _climbed(self, mailbox_id: int, control: RunControl) -> tuple[Outcome, Finding | None]:
        deps = self._deps
        try:
            control.proceed()
            recognise_by_mx(deps, mailbox_id)
            with deps.store.read() as db:
                plan = plan_draft(db, deps, mailbox_id, Draft(), "operator")
            # Nobody asked for this mailbox: a permission that has ended is not asked for again.
            climbed = climb(
                deps, plan, no_watcher, actor=SCHEDULER, count=False, on_open=control.holds
            )
            control.proceed()
        except Cancelled:
            return Outcome.NOT_TRIED, None
        except Exception as fault:
            log.exception("the test of mailbox %s failed", mailbox_id)
            facts = Facts(
                phase=Phase.LOCAL, happening=Happening.UNEXPECTED, detail=type(fault).__name__
            )
            return Outcome.FAILS, finding_for(deps, mailbox_id, facts)
        return self._told(plan, climbed)

    def _told(self, plan: Plan, climbed: Climbed) -> tuple[Outcome, Finding | None]:
        deps, facts = self._deps, climbed.facts
        if climbed.folders:
            remember_listed(deps, plan.mailbox_id, climbed.folders)
        finding = None
        if facts is not None:
            finding = finding_for(
                deps, plan.mailbox_id, facts, tried=plan.effective, login=plan.username
            )
        red = ending(climbed.steps, facts) if facts is not None else ()
        with deps.store.write(background=True) as db:
            # As after a single test: a green one ends an old red ladder, which it contradicts.
            row = mailboxes.mailbox_row(db, plan.mailbox_id)
            row.ladder = [step.as_json() for step in red] or None
        return (Outcome.FAILS if finding else Outcome.WORKS), finding

    def _note(self, mailbox_id: int, outcome: Outcome, ms: int, finding: Finding | None) -> None:
        with self._deps.store.write(background=True) as db:
            run_alls.note_result(
                db,
                self._run_id,
                mailbox_id,
                outcome.value,
                ms=ms if outcome is not Outcome.NOT_TRIED else None,
                finding=finding.as_json() if finding else None,
            )

    def _stop(self) -> None:
        self._stopped.set()
        with self._change:
            controls = tuple(self._controls)
        for control in controls:
            control.stop()

    def _end(self) -> None:
        now = self._deps.clock.now()
        with self._deps.store.write() as db:
            run_alls.end_waiting(db, self._run_id, Outcome.WAITS, Outcome.NOT_TRIED)
            row = run_alls.run_all_row(db, self._run_id)
            row.finished_at = now
            counts = Counter(result.outcome for result in run_alls.results_of(db, row.id))
            add_entry(db, _entry(counts, self._actor, row.cancelled_by), now)


def _entry(counts: Counter[str], actor: str, cancelled_by: str | None) -> Entry:
    said = [f"{counts[outcome]} {words}" for outcome, words in _WORDS.items() if counts[outcome]]
    ended = f"; stopped by {cancelled_by}" if cancelled_by else ""
    return Entry(
        code=Code.CHECKS_FINISHED,
        level=Level.WARNING if counts[Outcome.FAILS] else Level.INFO,
        message=f"Tested all mailboxes: {', '.join(said) or 'there is none'}{ended}.",
        actor=actor,
        detail={outcome.value: counts[outcome] for outcome in _WORDS},
    )


_WORDS = {
    Outcome.WORKS: "work",
    Outcome.FAILS: "do not",
    Outcome.REFUSED_BEFORE: "not tried, because the sign-in was refused before",
    Outcome.PAUSED: "paused",
    Outcome.NOT_TRIED: "not tried",
}
