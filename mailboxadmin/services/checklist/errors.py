"""1. Recent connection and sync errors, by their cause."""

from datetime import timedelta

from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.domain.counted import counted
from mailboxadmin.domain.finding import Finding, Fixer
from mailboxadmin.domain.mailbox import Mailbox
from mailboxadmin.services.checklist.answer import Found, Point, Verdict, together
from mailboxadmin.services.checklist.look import Look
from mailboxadmin.services.overview.board import read_cases
from mailboxadmin.services.overview.cases import Case
from mailboxadmin.services.work.beat import read_beat
from mailboxadmin.store.activity_pages import entries
from mailboxadmin.store.checklist import Cause, causes_above

#: How far back it looks.
RECENT = timedelta(hours=24)
#: Owners that a line names.
MOST_NAMED = 3
#: The lines of the log that tell of a connection or a sync.
CODES = (Code.SYNC_FAILED, Code.SYNC_TIMED_OUT, Code.CHECK_FINISHED, Code.OAUTH_REFRESH_FAILED)


def recent_errors(look: Look) -> Found:
    """What is broken now by its cause, then what was in the last day and is over."""
    # What needs someone first; of those, what holds up most mailboxes.
    cases = tuple(sorted(read_cases(look.deps), key=lambda case: not case.needs_someone))
    causes = _causes(look)
    logged = {cause.code: cause for cause, _ in causes}
    waits = read_beat(look.deps).stale
    points = [_broken(case, logged.get(case.finding.code), waits=waits) for case in cases]
    codes = {case.finding.code for case in cases}
    points += [_over(look, cause, words) for cause, words in causes if cause.code not in codes]
    return Found(
        summary=_summary(look, points, cases),
        fix=" ".join(dict.fromkeys(_fix(case, waits=waits) for case in cases)),
        points=tuple(points),
        word=_word(cases),
    )


def _summary(look: Look, points: list[Point], cases: tuple[Case, ...]) -> str:
    if not points:
        return "No mailbox is broken, and none was in the last 24 hours."
    if not cases:
        return f"No mailbox is broken. {together(tuple(points))}"
    return together(tuple(points))


def _word(cases: tuple[Case, ...]) -> str:
    needing = sum(len(case.mailboxes) for case in cases if case.needs_someone)
    waiting = sum(len(case.mailboxes) for case in cases)
    if needing:
        return counted(needing, "mailbox", "mailboxes")
    return f"{waiting:,} trying again" if waiting else ""


def _causes(look: Look) -> list[tuple[Cause, str]]:
    """The causes in the log, each with half a sentence that says what it is."""
    deps, since = look.deps, look.entries_since(RECENT)
    with deps.store.read() as db:
        causes = causes_above(db, since, CODES, Level.WARNING)
        newest = {
            entry.id: entry
            for cause in causes
            for entry in entries(db, above=cause.newest_id - 1, below=cause.newest_id + 1)
        }
    found = []
    for cause in causes:
        entry = newest.get(cause.newest_id)
        finding = entry.detail.get("finding") if entry else None
        words = entry.message.rstrip(".") if entry else cause.code
        if finding:
            words = deps.diagnosis.short(Finding.from_json(finding), "")
        found.append((cause, words))
    return found


def _broken(case: Case, cause: Cause | None, *, waits: bool) -> Point:
    first: Mailbox = case.mailboxes[0]
    return Point(
        what=f"{_sentence(case.short)} ({_names(case)}{_times(cause)}).",
        fix=_fix(case, waits=waits),
        code=case.finding.code,
        verdict=Verdict.ACT if case.needs_someone else Verdict.LOOK,
        mailbox_id=None if case.wide else first.id,
        case_key=case.key if case.wide else "",
        who="" if case.wide else first.owner_name or first.address,
    )


def _names(case: Case) -> str:
    names = ", ".join(each.owner_name or each.address for each in case.mailboxes[:MOST_NAMED])
    more = len(case.mailboxes) - MOST_NAMED
    return f"{names} and {more} more" if more > 0 else names


def _fix(case: Case, *, waits: bool) -> str:
    """What to do; no next try is named while nothing is checked by itself."""
    if not case.needs_someone and waits:
        return "It waits: nothing is being checked by itself."
    if not case.needs_someone:
        at = f" {rfc3339(case.next_attempt_at)}" if case.next_attempt_at else ""
        return f"Nobody needs to act: it is tried again by itself{at}."
    by = case.finding.fix_by
    who = _names(case) if by is Fixer.OWNER else _FIXERS[by]
    return f"{_sentence(who)} must {case.task}."


#: Who acts, when it is not the owner.
_FIXERS = {
    Fixer.ADMIN: "an admin",
    Fixer.MAIL_HOST: "whoever runs the mail server",
    Fixer.PROVIDER_ADMIN: "the provider’s admin",
    Fixer.NOBODY: "somebody",
}


def _over(look: Look, cause: Cause, words: str) -> Point:
    boxes = counted(cause.mailboxes, "mailbox", "mailboxes")
    return Point(what=f"{_sentence(words)}: over now ({boxes}{_times(cause)}).", verdict=Verdict.OK)


def _times(cause: Cause | None) -> str:
    if cause is None:
        return ""
    last = f"last {rfc3339(cause.last_at)}"
    if cause.times == 1:
        return f"; once, {rfc3339(cause.last_at)}"
    return f"; {cause.times:,} times since {rfc3339(cause.first_at)}, {last}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
