"""What a check answers: a verdict at a glance, the evidence for it, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a check stands; the text is the mark that a page shows."""

    OK = "ok"
    #: Neither good nor bad: something that is switched off.
    IDLE = "idle"
    #: Worth a look: it works, or goes on by itself.
    LOOK = "wait"
    #: Someone must act.
    ACT = "act"

    @property
    def fine(self) -> bool:
        """Nothing to do."""
        return self in (Verdict.OK, Verdict.IDLE)


#: From the best to the worst.
ORDER = (Verdict.IDLE, Verdict.OK, Verdict.LOOK, Verdict.ACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One piece of evidence, mostly about one mailbox."""

    #: One sentence.
    what: str
    #: What to do; empty when nothing is.
    fix: str = ""
    verdict: Verdict = Verdict.ACT
    #: Of the finding; empty when there is none.
    code: str = ""
    mailbox_id: int | None = None
    #: The case on the board that holds several mailboxes; empty for none.
    case_key: str = ""
    #: Whose it is, as a sentence calls them; empty when it is about no mailbox.
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer of a check, before it is known which one it is."""

    #: One sentence.
    summary: str
    #: What to do; empty when it is in order.
    fix: str = ""
    points: tuple[Point, ...] = ()
    #: What a page says, before it lists the points if there are any; empty: the summary.
    head: str = ""
    #: A few words for the mark; empty for the usual ones.
    word: str = ""
    #: None: in order unless there is something to do, or the worst of the points.
    judged: Verdict | None = None

    @property
    def verdict(self) -> Verdict:
        """How it stands."""
        if self.judged is not None:
            return self.judged
        if self.points:
            return worst(point.verdict for point in self.points)
        return Verdict.ACT if self.fix else Verdict.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosed:
    """The answer to one check."""

    code: str
    #: Which of the seven it belongs to.
    number: int
    #: What was looked at, as a person calls it.
    title: str
    verdict: Verdict
    word: str
    #: One sentence.
    summary: str
    #: What to do; empty when it is in order.
    fix: str = ""
    points: tuple[Point, ...] = ()
    #: What a page says before it lists the points.
    head: str = ""

    @property
    def ok(self) -> bool:
        """Nothing to do."""
        return self.verdict.fine


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of them; in order when there is none."""
    return max(verdicts, key=ORDER.index, default=Verdict.OK)


def together(points: tuple[Point, ...], most: int = 5) -> str:
    """The first few in one line, for a terminal."""
    said = " ".join(point.what for point in points[:most])
    left = len(points) - most
    return f"{said} And {left} more." if left > 0 else said


def to_do(points: tuple[Point, ...]) -> str:
    """What is to be done, each thing once."""
    return " ".join(dict.fromkeys(point.fix for point in points if point.fix))
