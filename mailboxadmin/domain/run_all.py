"""*Run all*: the connections of all mailboxes tested side by side, and what became of each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailboxadmin.domain.finding import Finding


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
