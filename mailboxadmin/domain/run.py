"""A run: one attempt to bring one mailbox up to date."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from mailboxadmin.domain.errors import Facts
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.mailbox import Step


class Outcome(StrEnum):
    """How a run ended."""

    OK = "ok"
    #: Something was committed, and something is left: a folder failed, or the deadline came.
    PARTIAL = "partial"
    FAILED = "failed"
    #: There was no run.
    SKIPPED = "skipped"
    #: A person stopped it; what was committed stays.
    CANCELLED = "cancelled"


class SkipReason(StrEnum):
    """Why there was no run."""

    #: Another process is syncing it.
    RUNNING = "running"
    PAUSED = "paused"
    NOT_DUE = "not_due"
    #: Its sign-in was refused or its consent ended: it waits for a change or a person.
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a run did, in messages."""

    new: int = 0
    changed: int = 0
    removed: int = 0
    pushed: int = 0
    quarantined: int = 0
    #: Known to be on the server and not fetched yet.
    remaining: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a run ended."""

    outcome: Outcome
    counts: Counts
    #: Of the whole mailbox, or of the folder that failed; None when nothing is wrong.
    finding: Finding | None = None
    #: The rows of the folders that are up to date, whatever became of the others.
    folders_done: frozenset[int] = frozenset()
    #: The rungs that were climbed.
    steps: tuple[Step, ...] = ()
    #: Of that finding; None without one.
    facts: Facts | None = None
    #: The run reached its deadline, with or without progress.
    timed_out: bool = False
    #: The connection failed, or we did: it is no matter of one folder.
    broken_off: bool = False

    @property
    def server_wait(self) -> timedelta | None:
        """The back-off time that the server named."""
        return self.facts.server_wait if self.facts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """A run's result, as `sync --json` gives it."""

    mailbox: str
    outcome: Outcome
    counts: Counts = Counts()
    seconds: float = 0.0
    finding: Finding | None = None
    reason: SkipReason | None = None
    run_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As the command line promises it; a cancelled run is `partial` or `failed` there."""
        counts = self.counts
        outcome = self.outcome
        if outcome is Outcome.CANCELLED:
            outcome = (
                Outcome.PARTIAL if counts != Counts(remaining=counts.remaining) else Outcome.FAILED
            )
        line: dict[str, Any] = {
            "mailbox": self.mailbox,
            "outcome": outcome.value,
            "new": counts.new,
            "changed": counts.changed,
            "removed": counts.removed,
            "pushed": counts.pushed,
            "quarantined": counts.quarantined,
            "remaining": counts.remaining,
            "seconds": round(self.seconds, 3),
            "finding": self.finding.as_json() if self.finding else None,
        }
        if self.reason is not None:
            line["reason"] = self.reason.value
        return line


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A run as its page shows it, while it goes on and after."""

    run_id: int
    mailbox_id: int
    started_at: datetime
    #: None while it goes on.
    finished_at: datetime | None
    started_by: str
    #: The folder being read; empty before the first one.
    folder: str
    #: Messages of this folder that are safe, of so many to fetch.
    done: int
    total: int
    counts: Counts
    outcome: Outcome | None
    finding: Finding | None
    cancel_requested: bool
    #: It ended at its time limit, with something left for the next one.
    timed_out: bool = False

    @property
    def live(self) -> bool:
        """True while it goes on."""
        return self.finished_at is None
