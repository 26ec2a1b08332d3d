"""What the log says of a run's end."""

from dataclasses import replace
from typing import Any

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.run import Counts, Result
from mailboxadmin.services.work.runs import Run


def success_entry(run: Run, result: Result, *, recovered: bool) -> Entry:
    """That it ended well, with or without something left for the next one.

    Args:
        recovered: the mailbox was out of order before, so that it is worth a line in any case.
    """
    if result.timed_out:
        message = (
            f"The sync reached its time limit with {in_words(result.counts)}; "
            f"still to come with the next one: {result.counts.remaining:,}."
        )
        return run_entry(Code.SYNC_TIMED_OUT, Level.INFO, message, run, result)
    if result.counts.remaining:
        message = (
            f"The sync brought as many messages as one may, {in_words(result.counts)}; "
            f"still to come with the next ones: {result.counts.remaining:,}."
        )
        return run_entry(Code.SYNC_FINISHED, Level.INFO, message, run, result)
    # What was told to the server has an entry of its own.
    found_nothing = replace(result.counts, pushed=0) == Counts()
    level = Level.ROUTINE if found_nothing and not recovered else Level.INFO
    return run_entry(Code.SYNC_FINISHED, level, in_words(result.counts).capitalize(), run, result)


def run_entry(code: Code, level: Level, message: str, run: Run, result: Result) -> Entry:
    """A line about a run, with what it did."""
    counts = result.counts
    detail: dict[str, Any] = {
        "outcome": result.outcome.value,
        "new": counts.new,
        "changed": counts.changed,
        "removed": counts.removed,
        "pushed": counts.pushed,
        "quarantined": counts.quarantined,
        "remaining": counts.remaining,
    }
    if result.finding is not None:
        detail["finding"] = result.finding.as_json()
    return Entry(
        code=code,
        level=level,
        message=message,
        actor=run.actor,
        mailbox_id=run.mailbox_id,
        run_id=run.id,
        detail=detail,
    )


def in_words(counts: Counts) -> str:
    """What a run did, as a phrase: "3 new, 1 changed on the server"."""
    parts = (
        (counts.new, "new"),
        (counts.changed, "changed on the server"),
        (counts.removed, "removed on the server"),
        (counts.pushed, "marked on the server as here"),
        (counts.quarantined, "unreadable and kept aside"),
    )
    said = [f"{count:,} {words}" for count, words in parts if count]
    return ", ".join(said) or "nothing new"
