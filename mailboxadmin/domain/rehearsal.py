"""Rehearsing a finding: what can be played, and how far it is; only the sample office has it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Moment(StrEnum):
    """How far a rehearsal is."""

    #: Nothing is played.
    REST = "rest"
    #: The servers are told what to do, and the mailbox is synced.
    BEGINS = "begins"
    #: The finding is there to be looked at.
    STANDS = "stands"
    #: The servers behave again, and the mailbox is synced.
    ENDS = "ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One finding, and what is done to get it."""

    #: The code that must come of it.
    code: str
    #: Where on the way to the mail; `any` for what can come anywhere.
    phase: str
    #: What the finding says, with sample names.
    summary: str
    #: What the servers do, or why this cannot be played.
    story: str
    #: False: it is listed with the reason, and has no button.
    playable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is being played."""

    moment: Moment
    #: None while nothing is played.
    scene: Scene | None = None
    #: The code that came of it; None when none did, or none yet.
    came: str | None = None
    #: Why it could not be played or ended, in a sentence; empty when it could.
    trouble: str = ""

    @property
    def busy(self) -> bool:
        """True while it takes its time: somebody waits for the next moment."""
        return self.moment in (Moment.BEGINS, Moment.ENDS)

    @property
    def as_promised(self) -> bool:
        """True when the finding is the one that was to be shown."""
        return self.scene is not None and self.came == self.scene.code


class Rehearsal(Protocol):
    """What the demo hands to the web."""

    @property
    def mailbox_id(self) -> int:
        """The mailbox that all of it happens to."""

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """Every finding there is, in the order of the way to the mail."""

    @property
    def standing(self) -> Standing:
        """What is being played now."""

    def play(self, code: str, *, actor: str) -> None:
        """Begin to play one; what was played before ends first.

        Raises:
            NotFound: no such finding can be played.
        """

    def end(self, *, actor: str) -> None:
        """Begin to let everything be well again."""
