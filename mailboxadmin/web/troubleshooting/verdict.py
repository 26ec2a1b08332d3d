"""The answer in one sentence, before everything else on the page."""

from collections.abc import Sequence
from datetime import datetime

from mailboxadmin.domain.counted import counted
from mailboxadmin.domain.run_all import Outcome, RunAll
from mailboxadmin.services.checklist.answer import Verdict
from mailboxadmin.services.trouble.doctor import SEVEN, Row
from mailboxadmin.web.words import ago, number_word

_OF = number_word(len(SEVEN)).lower()


def sentence(rows: Sequence[Row]) -> str:
    """How many of the seven need somebody."""
    acting = sum(row.verdict is Verdict.ACT for row in rows)
    looking = sum(row.verdict is Verdict.LOOK for row in rows)
    if acting:
        return f"{number_word(acting)} of {_OF} checks {_verb(acting, 'need')} attention."
    if looking:
        return (
            f"Nothing is broken; {number_word(looking).lower()} of {_OF} checks {_worth(looking)}."
        )
    return f"All {_OF} checks are in order."


def _verb(count: int, verb: str) -> str:
    return f"{verb}s" if count == 1 else verb


def _worth(count: int) -> str:
    return "is worth a look" if count == 1 else "are worth a look"


def remark(run: RunAll | None, now: datetime) -> str:
    """When all mailboxes were last tested, in small print."""
    if run is None:
        return "From what is stored. Run all also tests the connection of every mailbox, now."
    if run.live:
        return f"{run.done} of {counted(len(run.results), 'mailbox', 'mailboxes')} tested so far."
    if run.finished_at is None:
        return "The last test of all mailboxes was cut off, because its process ended."
    failing = len(run.of(Outcome.FAILS))
    tested = len(run.of(Outcome.FAILS, Outcome.WORKS))
    result = f"{failing} of {tested} do not connect" if failing else "all connect"
    return f"Run {ago(run.finished_at, now)}, {counted(tested, 'mailbox', 'mailboxes')}: {result}."
