"""How far a run got, as a ladder that ends with the red step.

    the rungs of `connect` --> a folder opened --> another one in its place --> ...
             |                      |                        |
             `----------------------+------------------------'
                  what ended it: red, in the phase its facts say, timed from the last green one

A folder that fails alone does not end a run, so the ladder is kept as it was at the first
of them. Kept with a failed run, it shows how far that was without another try.
"""

import time
from collections.abc import Sequence

from mailboxadmin.domain.errors import Facts
from mailboxadmin.domain.mailbox import Step, with_step
from mailboxadmin.imap.ladder import red_words


class Way:
    """Written while a run goes on."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._since = time.monotonic()
        #: As it was when the first folder failed; None while none did.
        self._fell: tuple[Step, ...] | None = None

    def begin(self) -> None:
        """It connects, perhaps once more: what comes now is a ladder of its own."""
        self._steps.clear()
        self.begin_folder()

    def begin_folder(self) -> None:
        """A red step is timed from here."""
        self._since = time.monotonic()

    def climbed(self, step: Step) -> None:
        """A step was taken; of folders, the one that was opened last is the rung."""
        self._steps = with_step(self._steps, step)
        self._since = time.monotonic()

    def fell(self, facts: Facts | None) -> None:
        """A folder failed alone, or None did; only the first is kept."""
        if facts is not None and self._fell is None:
            self._fell = self._ending(facts)

    def ladder(self, ended_by: Facts | None = None) -> tuple[Step, ...]:
        """The steps.

        Args:
            ended_by: why the run ended; None when it came to its end.
        """
        if ended_by is not None:
            return self._ending(ended_by)
        return tuple(self._steps) if self._fell is None else self._fell

    def _ending(self, facts: Facts) -> tuple[Step, ...]:
        ms = round((time.monotonic() - self._since) * 1000)
        return ending(self._steps, facts, ms)


def ending(steps: Sequence[Step], facts: Facts, ms: int = 0) -> tuple[Step, ...]:
    """The steps up to a failure: the red one is the last, whether it was reported or not."""
    if steps and not steps[-1].ok:
        return tuple(steps)
    red = Step(phase=facts.phase, ok=False, ms=ms, detail=red_words(facts))
    return tuple(with_step(steps, red))
