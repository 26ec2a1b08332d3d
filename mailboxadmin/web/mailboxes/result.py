"""How a run ended, in words, and what comes next."""

from dataclasses import dataclass

from mailboxadmin.domain.counted import counted
from mailboxadmin.domain.run import Counts, Outcome, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The end of a run as its page says it."""

    #: `ok`, `wait`, `act` or `idle`.
    kind: str
    sentence: str
    remark: str


def result_of(run: Progress) -> Result | None:
    """How it ended; None while it goes on."""
    if run.live:
        return None
    got = _got(run.counts)
    if run.outcome is Outcome.OK:
        return Result(kind="ok", sentence="The mailbox is up to date.", remark=got)
    if run.outcome is Outcome.CANCELLED:
        remark = f"{got} What was stored is kept; the rest comes with the next sync."
        return Result(kind="idle", sentence="The sync was stopped.", remark=remark)
    if run.finding is not None:
        kind = "wait" if run.finding.temporary else "act"
        partly = run.outcome is Outcome.PARTIAL
        sentence = "A part could not be read." if partly else "The mailbox could not be read."
        return Result(kind=kind, sentence=sentence, remark=got if partly else _UNHARMED)
    if run.outcome is Outcome.PARTIAL:
        sentence = "The sync brought as many messages as one may."
        if run.timed_out:
            sentence = "The sync reached its time limit."
        return Result(kind="ok", sentence=sentence, remark=f"{got} {_rest(run.counts)}")
    return Result(kind="wait", sentence="The sync was cut off.", remark=_CUT_OFF)


_UNHARMED = "Nothing was lost: what could not be fetched waits on the server."
_CUT_OFF = (
    "Mailbox Admin was stopped meanwhile. What was stored is kept, and the next sync goes on."
)


def _rest(counts: Counts) -> str:
    if not counts.remaining:
        return "The next sync goes on from there."
    return f"Still to come with the next sync: {counted(counts.remaining, 'message')}."


def _got(counts: Counts) -> str:
    said = [counted(counts.new, "new message")] if counts.new else []
    said += [f"{counts.changed:,} changed on the server"] if counts.changed else []
    said += [f"{counts.removed:,} removed on the server"] if counts.removed else []
    said += [f"{counts.quarantined:,} unreadable, kept as they came"] if counts.quarantined else []
    return f"{', '.join(said)}." if said else "There was nothing new."
