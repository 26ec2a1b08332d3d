"""The work of *Run all*: many mailboxes side by side, each told of as soon as it is tested."""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level
from mailboxadmin.domain.errors import Cancelled, Facts, Happening, StoreUnavailable
from mailboxadmin.domain.finding import Finding, Phase
from mailboxadmin.domain.run_all import Outcome
from mailboxadmin.services.checking.check import finding_of, keep_ladder, no_watcher
from mailboxadmin.services.checking.climb import Climbed, climb
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.folders.listed import remember_listed
from mailboxadmin.services.office.effective import recognise_by_mx
from mailboxadmin.services.running import RunControl
from mailboxadmin.services.sign_in.draft import Draft, plan_draft
from mailboxadmin.services.verdict.findings import finding_for
from mailboxadmin.store import run_alls
from mailboxadmin.store.activity import add_entry

log = logging.getLogger(__name__)

#: More than may hang: those that answer go on beside them.
MOST_AT_ONCE = 32
#: Whatever hangs, all of it is over then.
LIMIT_S = 180.0
BEAT_EVERY_S = 5.0
LOOK_EVERY_S = 0.5
_WORDS = {
    Outcome.WORKS: "work",
    Outcome.FAILS: "do not",
    Outcome.REFUSED_BEFORE: "not tried, because the sign-in was refused before",
    Outcome.PAUSED: "paused",
    Outcome.NOT_TRIED: "not tried",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tested:
    """What came of one mailbox."""

    outcome: Outcome
    finding: Finding | None = None
    #: None: it did not come to its end.
    climbed: Climbed | None = None


class RunAllWork:
    """One *Run all* of this process: its threads, its signs of life, its end."""

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
            except Exception:
                # The others wait for this thread; what is not told counts as not tried.
                log.exception("the test of mailbox %s is not told", mailbox_id)

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
                tested = self._tested(mailbox_id, control)
                ms = round((time.monotonic() - began) * 1000)
            self._tell(mailbox_id, tested, ms)
        finally:
            with self._change:
                self._controls.discard(control)

    def _tested(self, mailbox_id: int, control: RunControl) -> _Tested:
        try:
            return self._climbed(mailbox_id, control)
        except Cancelled:
            return _Tested(outcome=Outcome.NOT_TRIED)
        except Exception as fault:
            log.exception("the test of mailbox %s failed", mailbox_id)
            facts = Facts(
                phase=Phase.LOCAL, happening=Happening.UNEXPECTED, detail=type(fault).__name__
            )
            finding = finding_for(self._deps, mailbox_id, facts)
            return _Tested(outcome=Outcome.FAILS, finding=finding)

    def _climbed(self, mailbox_id: int, control: RunControl) -> _Tested:
        deps = self._deps
        control.proceed()
        recognise_by_mx(deps, mailbox_id)
        with deps.store.read() as db:
            plan = plan_draft(db, deps, mailbox_id, Draft(), "operator")
        # Nobody asked for this mailbox: a permission that has ended is not asked for again.
        climbed = climb(deps, plan, no_watcher, actor=SCHEDULER, count=False, on_open=control.holds)
        control.proceed()
        if climbed.folders:
            remember_listed(deps, mailbox_id, climbed.folders)
        finding = finding_of(deps, plan, climbed)
        return _Tested(
            outcome=Outcome.FAILS if finding else Outcome.WORKS, finding=finding, climbed=climbed
        )

    def _tell(self, mailbox_id: int, tested: _Tested, ms: int) -> None:
        finding = tested.finding
        with self._deps.store.write(background=True) as db:
            if tested.climbed:
                keep_ladder(db, mailbox_id, tested.climbed)
            run_alls.note_result(
                db,
                self._run_id,
                mailbox_id,
                tested.outcome.value,
                ms=ms if tested.outcome is not Outcome.NOT_TRIED else None,
                finding=finding.as_json() if finding else None,
            )
            if tested.outcome is not Outcome.NOT_TRIED:
                add_entry(db, _told(mailbox_id, finding, self._actor), self._deps.clock.now())

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


def _told(mailbox_id: int, finding: Finding | None, actor: str) -> Entry:
    """For the owner, who reads that their mailbox was tried; nothing is counted by it."""
    return Entry(
        code=Code.CHECK_FINISHED,
        level=Level.ROUTINE,
        message=f"Tested together with all others: {finding.summary if finding else 'it works.'}",
        actor=actor,
        mailbox_id=mailbox_id,
        detail={"ok": finding is None, "code": finding.code if finding else None},
    )


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
