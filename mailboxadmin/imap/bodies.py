"""Whole messages, fetched so that one the server cannot give stays one.

FETCH batch --OK--> given; what is missing: asked for its flags
    |                 still there -> Unfetchable,  gone -> left out
    `--NO--> given so far; a message of the rest answers for its flags?
                no  -> the server is at fault: the NO is raised
                yes -> one by one; a NO makes that one Unfetchable, unless
                       a few in a row are refused: then it is the server again
    `--the line ends--> what came whole is given, then the failure is raised
"""

import imaplib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from mailboxadmin.domain.message import Fetched
from mailboxadmin.imap.answers import Answer
from mailboxadmin.imap.arguments import uid_sets
from mailboxadmin.imap.connection import Hangup, Silence
from mailboxadmin.imap.question import Question
from mailboxadmin.imap.said import Said, named_wait
from mailboxadmin.imap.wire import Wire

#: So many refusals in a row are no longer about single messages.
_MOST_REFUSALS = 5
#: Codes that speak of the account or the moment, whatever message was asked for (RFC 5530).
_NOT_ABOUT_A_MESSAGE = frozenset({"OVERQUOTA", "LIMIT", "INUSE", "AUTHORIZATIONFAILED", "EXPIRED"})

#: Codes that may speak of one message or of the moment; the latter when nothing else comes either.
_OF_THE_MOMENT = frozenset({"UNAVAILABLE", "SERVERBUG", "CONTACTADMIN", "TEMPFAIL"})


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What to ask of each message: all of it, or its first bytes (RFC 9051, 6.4.5)."""

    length: int | None
    #: See `fetch`.
    proof: int | None

    @property
    def words(self) -> str:
        part = "" if self.length is None else f"<0.{self.length}>"
        return f"(INTERNALDATE FLAGS BODY.PEEK[]{part})"

    @property
    def section(self) -> bytes:
        """As the answer names it."""
        return b"BODY[]" if self.length is None else b"BODY[]<0>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfetchable:
    """A message that is there and that the server cannot give."""

    uid: int
    #: The server's words; None when it answered OK and left the body out.
    server_said: str | None
    response_code: str | None = None


def fetch(
    wire: Wire, uids: Iterable[int], length: int | None = None, proof: int | None = None
) -> Iterator[Fetched | Unfetchable]:
    """Those of the messages that are still there.

    Args:
        length: only so many bytes of each, from its beginning; None: all.
        proof: a message that it gave before: where it gives none of the others, it is asked
            for this one, and is at fault itself when that does not come either.

    Raises:
        imaplib.IMAP4.error: the server refuses, and not because of a message.
    """
    asked = _Wanted(length, proof)
    for uid_set in uid_sets(uids):
        wanted = set(uid_set.uids)
        question = Question(wire, uid_set.text, asked.words)
        try:
            status = question.ask()
        except (Hangup, Silence, imaplib.IMAP4.error):
            # Dovecot hangs up over a message that it cannot read: those before it are whole,
            # and the first that is missing is the one to suspect.
            yield from _given(question, asked, wanted)
            raise
        given = _given(question, asked, wanted)
        yield from given
        if wanted and status == "OK":
            kept_back = [*_kept_back(wire, wanted)]
            yield from kept_back if given else _blamed(wire, asked, kept_back)
        elif status != "OK":
            yield from _one_by_one(wire, asked, sorted(wanted), any_came=bool(given))


def still_there(wire: Wire, uids: Collection[int]) -> set[int]:
    """Those of the messages for which the server tells flags.

    Raises:
        imaplib.IMAP4.error: it refuses even that, so it is not because of a message.
        ValueError: it tells them, but not of which messages.
    """
    here: set[int] = set()
    for uid_set in uid_sets(uids):
        question = Question(wire, uid_set.text, "(FLAGS)")
        told = {said.uid for said in question.asked()}.intersection(uid_set.uids)
        if not told and question.nameless >= len(uid_set.uids):
            # Or all of these would be taken for gone.
            raise ValueError("the server answers UID FETCH without UIDs")
        here |= told
    return here


def blame(uid: int, refusal: Said | None) -> Unfetchable:
    """A message that was refused alone.

    Raises:
        imaplib.IMAP4.error: the code speaks of the account or the moment instead.
    """
    _raise_if_not_about_messages(refusal)
    if refusal is None:
        return Unfetchable(uid=uid, server_said=None)
    if refusal.code in _OF_THE_MOMENT:
        raise imaplib.IMAP4.error("FETCH refused")
    return Unfetchable(uid=uid, server_said=refusal.text, response_code=refusal.code)


def _given(question: Question, asked: _Wanted, wanted: set[int]) -> list[Fetched]:
    """The messages that came with their body; `wanted` loses them.

    Flags may come in a line of their own, and change while the bodies come.
    """
    flags: dict[int, frozenset[str]] = {}
    whole: dict[int, Answer] = {}
    for said in question.readable():
        if said.flags is not None:
            flags[said.uid] = said.flags
        if said.section == asked.section and said.body is not None and said.uid in wanted:
            whole.setdefault(said.uid, said)
    wanted.difference_update(whole)
    return [
        Fetched(
            uid=uid,
            flags=flags.get(uid, frozenset()),
            internal_date=said.internal_date,
            raw=said.body or b"",
        )
        for uid, said in whole.items()
    ]


def _kept_back(wire: Wire, missing: Collection[int]) -> Iterator[Unfetchable]:
    for uid in sorted(still_there(wire, missing)):
        yield Unfetchable(uid=uid, server_said=None)


def _one_by_one(
    wire: Wire, asked: _Wanted, missing: Sequence[int], *, any_came: bool
) -> Iterator[Fetched | Unfetchable]:
    _raise_if_not_about_messages(wire.heard.refusal)
    in_a_row = 0
    kept_back: list[Unfetchable] = []
    for uid in sorted(still_there(wire, missing)):
        question = Question(wire, str(uid), asked.words)
        status = question.ask()
        given = _given(question, asked, {uid})
        refusal = wire.heard.refusal
        if given:
            in_a_row, any_came = 0, True
            yield given[0]
            continue
        if status != "OK":
            _raise_if_not_about_messages(refusal)
            in_a_row += 1
        if in_a_row >= _MOST_REFUSALS:
            raise imaplib.IMAP4.error("FETCH refused")
        kept_back.append(
            Unfetchable(
                uid=uid,
                server_said=refusal.text if refusal else None,
                response_code=refusal.code if refusal else None,
            )
        )
    yield from kept_back if any_came else _blamed(wire, asked, kept_back)


def _blamed(wire: Wire, asked: _Wanted, kept_back: list[Unfetchable]) -> list[Unfetchable]:
    """Those that were kept back, when nothing came beside them.

    Raises:
        imaplib.IMAP4.error: nothing can be had just now: that says nothing of these messages.
    """
    if not kept_back:
        return []
    of_the_moment = any(each.response_code in _OF_THE_MOMENT for each in kept_back)
    at_fault = len(kept_back) > 1 or of_the_moment
    if asked.proof is not None:
        question = Question(wire, str(asked.proof), asked.words)
        refused = question.ask() != "OK"
        came = bool(_given(question, asked, {asked.proof}))
        at_fault = refused or (at_fault and not came)
    if at_fault:
        raise imaplib.IMAP4.error("the server gives no message")
    return kept_back


def _raise_if_not_about_messages(refusal: Said | None) -> None:
    if refusal and (refusal.code in _NOT_ABOUT_A_MESSAGE or named_wait(refusal.text) is not None):
        raise imaplib.IMAP4.error("FETCH refused")
