"""Rehearsals: one finding after the other is brought about, looked at and mended.

    rest --play--> begins --> stands --end--> ends --> rest
                     ^          |
                     `--play----'  what was played before ends first

Whatever is played is played in one thread, so that a click is answered at once. The mailbox is
synced by the use case that everybody's is synced by; what comes of it is read, never written.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Final, Self

from mailboxadmin.demo.scenario import Scenario
from mailboxadmin.demo.scenarios import SCENARIOS
from mailboxadmin.demo.scenes import scenes
from mailboxadmin.demo.stage import Stage
from mailboxadmin.domain.activity import Code
from mailboxadmin.domain.errors import MailboxAdminError, NotFound
from mailboxadmin.domain.rehearsal import Moment, Scene, Standing
from mailboxadmin.domain.run import SkipReason, SyncReport
from mailboxadmin.services.activity import Filter, read_page
from mailboxadmin.services.board import mailbox
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.sync import sync_mailbox

log = logging.getLogger(__name__)

#: A run of the scheduler may hold the mailbox; it is asked again so often, with such a pause.
_TRIES: Final = 300
_PAUSE_S: Final = 0.2
_AT_REST: Final = Standing(moment=Moment.REST)


class StillHeld(MailboxAdminError):
    """Raised when another run does not let go of the mailbox."""


class NotWell(MailboxAdminError):
    """Raised when the mailbox does not recover from what was played."""


class OfficeRehearsal:
    """The rehearsals of one office, between `with` and its end; see `domain.rehearsal`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._held = ExitStack()
        self._scenes = scenes(stage.person)
        self._standing = _AT_REST
        #: Nothing was played since it was last mended; only the player asks.
        self._is_well = True
        #: How often somebody asked for something: what was asked before counts no more.
        self._asked = 0
        self._asking = threading.Lock()
        self._closing = threading.Event()
        self._player = ThreadPoolExecutor(1, thread_name_prefix="rehearsal")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let go of everything that was made to misbehave."""
        self._closing.set()
        self._cut_short("")
        self._player.shutdown(cancel_futures=True)
        self._held.close()

    @property
    def mailbox_id(self) -> int:
        """The mailbox that all of it happens to."""
        return self._stage.mailbox_id

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """Every finding there is."""
        return self._scenes

    @property
    def standing(self) -> Standing:
        """What is being played now."""
        return self._standing

    def play(self, code: str, *, actor: str) -> None:
        """Begin to play one; what was played before ends first.

        Raises:
            NotFound: no such finding can be played.
        """
        scenario = SCENARIOS.get(code)
        if scenario is None:
            raise NotFound("No such finding can be played here.")
        begins = Standing(moment=Moment.BEGINS, scene=self._scene(code))
        self._ask(begins, partial(self._begin, scenario, actor), actor)

    def end(self, *, actor: str) -> None:
        """Begin to let everything be well again."""
        ends = replace(self._standing, moment=Moment.ENDS)
        self._ask(ends, partial(self._end, actor), actor)

    def _ask(self, now: Standing, work: Callable[[], Standing], actor: str) -> None:
        with self._asking:
            self._asked += 1
            self._standing = now
            self._player.submit(self._perform, self._asked, work)
        self._cut_short(actor)

    def _begin(self, scenario: Scenario, actor: str) -> Standing:
        scene = self._scene(scenario.code)
        if not self._is_well:
            self._mend(actor)
        self._is_well = False
        began = self._last_entry()
        stage = self._stage.by(actor)
        deps = scenario.play.begin(stage, self._held)
        report = self._sync(deps, actor)
        came = report.finding.code if report.finding else None
        if came is None and scenario.logged_as and self._was_logged(scenario.logged_as, began):
            came = scenario.code
        return Standing(moment=Moment.STANDS, scene=scene, came=came)

    def _end(self, actor: str) -> Standing:
        self._mend(actor)
        return _AT_REST

    def _mend(self, actor: str) -> None:
        """Let everything behave, put the mailbox back, and see that it is well.

        Raises:
            StillHeld: another run does not let go of the mailbox.
            NotWell: it does not recover.
        """
        self._held.close()
        self._stage.by(actor).rest()
        report = self._sync(self._stage.deps, actor)
        if report.finding is not None:
            raise NotWell(f"The mailbox is not well again: {report.finding.summary}")
        self._is_well = True

    def _sync(self, deps: Deps, actor: str) -> SyncReport:
        for _ in range(_TRIES):
            report = sync_mailbox(deps, self.mailbox_id, actor=actor)
            if report.reason is not SkipReason.RUNNING:
                return report
            if self._closing.wait(_PAUSE_S):
                break
        raise StillHeld("Another sync of the mailbox did not end in time.")

    def _perform(self, number: int, work: Callable[[], Standing]) -> None:
        """Do what was asked, unless something else was asked since, and tell the page of it."""
        if number != self._asked:
            return
        try:
            done = work()
        except MailboxAdminError as fault:
            log.warning("a rehearsal broke off: %s", fault)
            done = self._broken_off(str(fault))
        except Exception as fault:
            # A fault of the rehearsal must not be taken for the finding, or leave the page waiting.
            log.exception("a rehearsal broke off")
            done = self._broken_off(f"{type(fault).__name__}: {fault}")
        if number == self._asked:
            self._standing = done

    def _broken_off(self, why: str) -> Standing:
        return Standing(moment=Moment.STANDS, scene=self._standing.scene, trouble=why)

    def _cut_short(self, actor: str) -> None:
        """Whoever wants to go on does not wait for a run that the play holds up."""
        running = mailbox(self._stage.deps, self.mailbox_id).running
        if running is not None:
            self._stage.deps.running.stop(running, by=actor)

    def _scene(self, code: str) -> Scene:
        return next(each for each in self._scenes if each.code == code)

    def _last_entry(self) -> int:
        page = read_page(self._stage.deps, Filter(), limit=1)
        return page.entries[0].id if page.entries else 0

    def _was_logged(self, code: Code, after_id: int) -> bool:
        wanted = Filter(mailbox_id=self.mailbox_id, code=code.value)
        return bool(read_page(self._stage.deps, wanted, after_id=after_id, limit=1).entries)
