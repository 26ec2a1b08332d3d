"""What a person looks for in the own mail, as it is typed in one line; anything may be.

    invoice             the word, anywhere: subject, people, text, names of attachments
    "last offer"        these words in this order
    invoi*              words that begin so
    from:ann  to:ann  subject:offer  from:"Ann Smith"
    after:2026-01-31  before:2026-02  has:attachment  is:unread

All must fit. What is none of these is a word; a day that cannot be read is said to be none.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

#: More is not looked at.
LONGEST: Final = 1000
MOST_TERMS: Final = 24
LONGEST_TERM: Final = 100

_FIELDS: Final = {"from": "sender", "to": "recipients", "subject": "subject"}
_WORDS: Final = frozenset({"has:attachment", "is:unread"})
_PIECE = re.compile(
    r'(?:(?P<field>[A-Za-z]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))(?P<star>\*)?'
)
_DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word, or several that stand in this order; there is a letter or digit in it."""

    text: str
    #: Its last word may go on.
    prefix: bool = False

    def __str__(self) -> str:
        """As one types it."""
        plain = re.fullmatch(r"[^\s\":*]+", self.text)
        return (self.text if plain else f'"{self.text}"') + ("*" if self.prefix else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What all must fit."""

    #: Anywhere in the message.
    words: tuple[Term, ...] = ()
    sender: tuple[Term, ...] = ()
    recipients: tuple[Term, ...] = ()
    subject: tuple[Term, ...] = ()
    #: Arrived on that day or later.
    after: date | None = None
    #: Arrived before that day.
    before: date | None = None
    has_attachment: bool = False
    unread: bool = False
    #: What was typed and means nothing: days that are none.
    not_understood: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing is looked for."""
        return self == Query(not_understood=self.not_understood)

    def __str__(self) -> str:
        """As one types it; `parse` reads it back."""
        pieces = [str(term) for term in self.words]
        for field, name in _FIELDS.items():
            pieces += [f"{field}:{term}" for term in getattr(self, name)]
        pieces += [f"after:{self.after}"] if self.after else []
        pieces += [f"before:{self.before}"] if self.before else []
        pieces += ["has:attachment"] if self.has_attachment else []
        pieces += ["is:unread"] if self.unread else []
        return " ".join(pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchForm:
    """The same for who does not type such words: the fields of a form."""

    words: str = ""
    sender: str = ""
    recipients: str = ""
    subject: str = ""
    after: str = ""
    before: str = ""
    has_attachment: bool = False
    unread: bool = False

    @classmethod
    def of(cls, query: Query) -> "SearchForm":
        """The form filled in."""
        return cls(
            words=_joined(query.words),
            sender=_joined(query.sender),
            recipients=_joined(query.recipients),
            subject=_joined(query.subject),
            after=str(query.after or ""),
            before=str(query.before or ""),
            has_attachment=query.has_attachment,
            unread=query.unread,
        )

    def query(self) -> Query:
        """What it asks for; `from:` and the like count only in the field of words."""
        words = parse(self.words)
        days, wrong = {}, list(words.not_understood)
        for name, typed in (("after", self.after), ("before", self.before)):
            days[name] = read_day(typed) or getattr(words, name)
            wrong += [f"{name}:{typed.strip()[:LONGEST_TERM]}"] * bool(
                typed.strip() and not read_day(typed)
            )
        return Query(
            words=words.words,
            sender=words.sender + _terms(self.sender),
            recipients=words.recipients + _terms(self.recipients),
            subject=words.subject + _terms(self.subject),
            after=days["after"],
            before=days["before"],
            has_attachment=self.has_attachment or words.has_attachment,
            unread=self.unread or words.unread,
            not_understood=tuple(wrong),
        )


def parse(typed: str) -> Query:
    """What was typed; never an error."""
    found: dict[str, list[Term]] = {"words": [], "sender": [], "recipients": [], "subject": []}
    days: dict[str, date] = {}
    flags, wrong = set(), []
    for match in list(_PIECE.finditer(_clean(typed)))[:MOST_TERMS]:
        field = (match["field"] or "").lower()
        whole = match[0].lower()
        if whole in _WORDS:
            flags.add(whole)
        elif field in ("after", "before"):
            day = read_day(match["phrase"] or match["word"] or "")
            if day is None:
                wrong.append(match[0][:LONGEST_TERM])
            else:
                days[field] = day
        elif field in _FIELDS:
            found[_FIELDS[field]] += _term(match["phrase"], match["word"], match["star"])
        else:
            word = (
                f"{match['field']}:{match['word'] or match['phrase']}" if field else match["word"]
            )
            found["words"] += _term(match["phrase"] if not field else None, word, match["star"])
    return Query(
        **{name: tuple(terms) for name, terms in found.items()},
        after=days.get("after"),
        before=days.get("before"),
        has_attachment="has:attachment" in flags,
        unread="is:unread" in flags,
        not_understood=tuple(wrong),
    )


def read_day(typed: str) -> date | None:
    """The first day of a day, month or year that is written 2026-01-31, 2026-01 or 2026."""
    match = _DAY.fullmatch(typed.strip())
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None


def _terms(typed: str) -> tuple[Term, ...]:
    """Words and phrases of one field of the form."""
    pieces = re.finditer(r'"([^"]*)"?(\*)?|([^\s"]+)', _clean(typed))
    found: list[Term] = []
    for match in list(pieces)[:MOST_TERMS]:
        found += _term(match[1], match[3], match[2])
    return tuple(found)


def _term(phrase: str | None, word: str | None, star: str | None) -> list[Term]:
    """The term, when there is something in it that can be found."""
    said = phrase if phrase is not None else word or ""
    prefix = bool(star) or (phrase is None and said.endswith("*"))
    said = " ".join(said.replace("*", " ").split())[:LONGEST_TERM].strip()
    return [Term(text=said, prefix=prefix)] if any(map(str.isalnum, said)) else []


def _clean(typed: str) -> str:
    """Without what no text has: NUL, halves of characters, and what is too long."""
    return typed[:LONGEST].encode("utf-8", "ignore").decode().replace("\0", " ")


def _joined(terms: Iterable[Term]) -> str:
    return " ".join(map(str, terms))
