"""The answer before everything else on the board: is anything wrong, and who must do what?

    somebody must act   "Anna must enter a new app password. 40 of 41 mailboxes are fine."
    it mends itself     "Nobody needs to do anything: …; it is tried again at 14:05. …"
    nothing is wrong    "All 41 mailboxes are fine."
    nobody looked       "Nothing has been checked since 13:02. When last looked at, 35 of …"

Each task leads to its card.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailboxadmin.domain.finding import Fixer, Scope
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.people import Person
from mailboxadmin.services.overview.board import Board
from mailboxadmin.services.overview.cases import Case
from mailboxadmin.services.work.beat import Beat
from mailboxadmin.web.board.cards import namesakes, who
from mailboxadmin.web.words import at_time, first_name, number_word, sentence, when

#: So many tasks are told in full; of more, only who has one.
TOLD = 2
#: So many who act are named when there are more tasks.
_NAMED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A piece of the answer."""

    text: str
    #: The key of the case that it is about; empty when it is about none.
    case: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer, and what goes with it in small print."""

    phrases: tuple[Phrase, ...]
    remark: str

    @property
    def sentence(self) -> str:
        """The answer as text."""
        return "".join(phrase.text for phrase in self.phrases)


def verdict(board: Board, viewer: Person, beat: Beat, now: datetime) -> Verdict:
    """How the mailboxes are, all in all, as the reader is told it."""
    if not board.lines:
        remark = "They come with the people: add the first staff member."
        return Verdict(phrases=(Phrase(text="No mailboxes yet."),), remark=remark)
    if not board.connected:
        remark = "Each person connects their own with the invitation, or you do it for them."
        return Verdict(phrases=(Phrase(text="No mailbox is connected yet."),), remark=remark)
    parts = [*_unchecked(beat, now), *_tasks(board, viewer)]
    if not board.needing and not beat.stale:
        parts += _waiting(board.retrying, now)
    parts.append(Phrase(text=_fine(board, past=beat.stale)))
    return Verdict(phrases=tuple(parts), remark=_remark(board))


def _unchecked(beat: Beat, now: datetime) -> Iterator[Phrase]:
    if beat.stale and beat.last_tick_at:
        why = ": the disk is full" if beat.full else ""
        yield Phrase(text=f"Nothing has been checked since {when(beat.last_tick_at, now)}{why}. ")
    elif beat.stale:
        yield Phrase(text="Nothing is being checked. ")


def _tasks(board: Board, viewer: Person) -> Iterator[Phrase]:
    """Who must do what."""
    cases, full = board.needing, namesakes(line.mailbox for line in board.lines)
    actors = [who(case, viewer, full=full) for case in cases]
    if len(cases) > TOLD:
        yield from _those_who_act(cases, actors)
        return
    several = len(cases) > 1
    if several:
        yield Phrase(text=f"{number_word(len(cases))} things need someone: ")
    for number, (case, actor) in enumerate(zip(cases, actors, strict=True), 1):
        told = f"{actor} must {case.task}"
        yield Phrase(text=told if several else sentence(told), case=case.key)
        yield Phrase(text="; " if number < len(cases) else ". ")


def _those_who_act(cases: Sequence[Case], actors: Sequence[str]) -> Iterator[Phrase]:
    """That five things need someone: you (2), Anna, Ben and the Entra admin."""
    yield Phrase(text=f"{number_word(len(cases))} things need someone: ")
    # The reader first, then in the order of the cards; each leads to their first card.
    distinct = sorted(dict.fromkeys(actors), key=lambda actor: actor != "you")
    shown = distinct if len(distinct) <= _NAMED + 1 else distinct[:_NAMED]
    left = len(distinct) - len(shown)
    for number, actor in enumerate(shown, 1):
        count = actors.count(actor)
        first = cases[actors.index(actor)]
        yield Phrase(text=f"{actor} ({count})" if count > 1 else actor, case=first.key)
        yield Phrase(text=_join(len(shown) - number, left))


def _join(still_to_come: int, left: int) -> str:
    if still_to_come > 1 or (still_to_come and left):
        return ", "
    if still_to_come:
        return " and "
    return f" and {left} more. " if left else ". "


def _waiting(cases: Sequence[Case], now: datetime) -> Iterator[Phrase]:
    """What mends itself, and when it is tried again."""
    if not cases:
        return
    yet = "" if all(case.finding.fix_by is Fixer.NOBODY for case in cases) else " yet"
    yield Phrase(text=f"Nobody needs to do anything{yet}: ")
    nexts = [case.next_attempt_at for case in cases if case.next_attempt_at]
    again = f" {at_time(min(nexts), now)}" if nexts else ""
    if len(cases) == 1:
        yield Phrase(text=_cause(cases[0]), case=cases[0].key)
        yield Phrase(text=f"; it is tried again{again}. ")
    else:
        first = f", the next{again}" if again else ""
        things = number_word(len(cases)).lower()
        yield Phrase(text=f"{things} things are tried again by themselves{first}. ")


def _cause(case: Case) -> str:
    """The cause as half a sentence, with the name of what it is about."""
    scope = case.finding.scope
    if scope is Scope.MAIL_SERVER and case.reach_name:
        if case.short.startswith(_THE_SERVER):
            return f"{case.reach_name} {case.short.removeprefix(_THE_SERVER)}"
        return f"{case.short} ({case.reach_name})"
    if scope is Scope.MAILBOX:
        owner = first_name(case.mailboxes[0].owner_name, case.mailboxes[0].address)
        return f"{case.short} ({owner})"
    return case.short


_THE_SERVER = "the server "


def _fine(board: Board, *, past: bool) -> str:
    fine, known = board.count(State.OK), board.connected - board.coming
    if known and board.count(State.PAUSED) == known:
        return "The mailbox is paused." if known == 1 else f"All {known} mailboxes are paused."
    if not known:
        return "The first sync waits." if past else "The first sync is on its way."
    if past:
        return _was_fine(fine, known)
    if fine == known:
        return "The mailbox is fine." if fine == 1 else f"All {fine} mailboxes are fine."
    if not fine:
        return "No mailbox is fine." if known > 1 else "The only mailbox is not fine."
    return f"{fine} of {known} mailboxes {'is' if fine == 1 else 'are'} fine."


def _was_fine(fine: int, known: int) -> str:
    if known == 1:
        return f"When last looked at, the mailbox was {'fine' if fine else 'not fine'}."
    verb = "was" if fine == 1 else "were"
    return f"When last looked at, {fine} of {known} mailboxes {verb} fine."


def _remark(board: Board) -> str:
    parts = []
    if board.needing or board.retrying:
        parts.append("Nothing was lost: what could not be fetched waits on the servers.")
    paused = board.count(State.PAUSED)
    for count, words in (
        # When all are, the sentence says so.
        (paused if paused < board.connected else 0, "paused"),
        (board.coming, "waiting for the first sync"),
        (len(board.lines) - board.connected, "not connected yet"),
    ):
        if count:
            parts.append(f"{number_word(count)} {'is' if count == 1 else 'are'} {words}.")
    return " ".join(parts)
