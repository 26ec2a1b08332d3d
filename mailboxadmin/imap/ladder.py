"""The rungs as they are climbed: timed, reported, kept."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mailboxadmin.domain.errors import Facts, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Step, with_step

OnStep = Callable[[Step], None]


def ignore(_: object) -> None:
    """For who only wants to arrive."""


def red_words(facts: Facts) -> str:
    """What a red step says: the server's own words, then what we know beyond them."""
    return " · ".join(filter(None, (facts.server_said, facts.detail)))


def system_words(fault: BaseException) -> str:
    """What the system says, without the number of its error: `Connection refused`."""
    own = fault.strerror if isinstance(fault, OSError) else None
    return own or str(fault)


def never(_: MailFailure) -> bool:
    """What fails is told."""
    return False


class Rung:
    """One rung while it is climbed; what is found goes into `detail`."""

    def __init__(self) -> None:
        self.detail = ""


class Ladder:
    """Steps in the order they were taken; a red one is the last."""

    def __init__(self, on_step: OnStep = ignore) -> None:
        self._on_step = on_step
        self._steps: list[Step] = []

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps so far."""
        return tuple(self._steps)

    @contextmanager
    def rung(self, phase: Phase, *, again: Callable[[MailFailure], bool] = never) -> Iterator[Rung]:
        """Climb one rung; a `MailFailure` inside makes it red and goes on its way.

        Args:
            again: true of a failure after which the rung is climbed once more; it is not told.
        """
        rung = Rung()
        began = time.monotonic()
        try:
            yield rung
        except MailFailure as failure:
            if not again(failure):
                self._report(phase, False, began, red_words(failure.facts))
            raise
        self._report(phase, True, began, rung.detail)

    def _report(self, phase: Phase, ok: bool, began: float, detail: str) -> None:
        step = Step(phase=phase, ok=ok, ms=round((time.monotonic() - began) * 1000), detail=detail)
        self._steps = with_step(self._steps, step)
        self._on_step(step)
