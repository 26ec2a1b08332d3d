"""Rehearsals: one finding after the other is brought about, looked at and mended.

    rest --play--> begins --> stands --end--> ends --> rest
                     ^          |
                     `--play----'  what was played before ends first

Whatever is played is played in one thread, so that a click is answered at once. What is asked
last holds: the run of what was asked before is stopped, and what came of it is not told.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Final, Self

from mailboxadmin.demo.performing import Performance
from mailboxadmin.demo.scenario import Scenario
from mailboxadmin.demo.scenarios import SCENARIOS
from mailboxadmin.demo.scenes import scenes
from mailboxadmin.demo.stage import Stage
from mailboxadmin.domain.errors import MailboxAdminError, NotFound
from mailboxadmin.domain.rehearsal import Moment, Scene, Standing
from mailboxadmin.services.overview.board import mailbox

log = logging.getLogger(__name__)

_AT_REST: Final = Standing(moment=Moment.REST)


class Overtaken(Exception):
    """Raised when something else was asked meanwhile."""


class OfficeRehearsal:
    """The rehearsals of one office, between `with` and its end; see `domain.rehearsal`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._scenes = {scene.code: scene for scene in scenes(stage.person)}
        self._standing = _AT_REST
        #: How often somebody asked for something.
        self._asked = 0
        self._asking = threading.Lock()
        self._performance = Performance(stage)
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
        with self._asking:
            self._asked += 1
            self._cut_short("")
        self._player.shutdown()
        self._performance.let_go()

    @property
    def mailbox_id(self) -> int:
        """The mailbox that all of it happens to."""
        return self._stage.mailbox_id

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """Every finding there is."""
        return tuple(self._scenes.values())

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
        begins = Standing(moment=Moment.BEGINS, scene=self._scenes[code])
        self._ask(begins, partial(self._begin, scenario, actor), actor)

    def end(self, *, actor: str) -> None:
        """Begin to let everything be well again."""
        ends = replace(self._standing, moment=Moment.ENDS)
        self._ask(ends, partial(self._end, actor), actor)

    def _ask(self, now: Standing, work: Callable[[int], Standing], actor: str) -> None:
        with self._asking:
            self._asked += 1
            self._standing = now
            try:
                # Before the work begins, whose own run must not be stopped.
                self._cut_short(actor)
            finally:
                self._player.submit(self._perform, work, self._asked)

    def _begin(self, scenario: Scenario, actor: str, number: int) -> Standing:
        if not self._performance.is_well:
            self._performance.mend(actor=actor)
        self._go_on(number)
        came = self._performance.play(scenario, actor=actor)
        return Standing(moment=Moment.STANDS, scene=self._scenes[scenario.code], came=came)

    def _end(self, actor: str, number: int) -> Standing:
        self._performance.mend(actor=actor)
        return _AT_REST

    def _perform(self, work: Callable[[int], Standing], number: int) -> None:
        """Do what was asked, and tell the page of it."""
        try:
            self._go_on(number)
            done = work(number)
            self._go_on(number)
        except Overtaken:
            return
        except MailboxAdminError as fault:
            log.warning("a rehearsal broke off: %s", fault)
            done = self._broken_off(str(fault))
        except Exception as fault:
            # A fault of the rehearsal must not be taken for the finding, or leave the page waiting.
            log.exception("a rehearsal broke off")
            done = self._broken_off(f"{type(fault).__name__}: {fault}")
        with self._asking:
            if number == self._asked:
                self._standing = done

    def _go_on(self, number: int) -> None:
        if number != self._asked:
            raise Overtaken

    def _broken_off(self, why: str) -> Standing:
        return Standing(moment=Moment.STANDS, scene=self._standing.scene, trouble=why)

    def _cut_short(self, actor: str) -> None:
        """Nobody waits for a run that the play holds up."""
        running = mailbox(self._stage.deps, self.mailbox_id).running
        if running is not None:
            self._stage.deps.running.stop(running, by=actor)
