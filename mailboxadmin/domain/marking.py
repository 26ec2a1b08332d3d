"""Marking what was found in a text, as the index found it: accents and capitals do not count.

Segments, not markup: who shows them writes the marks, and nothing of a message is ever taken
for any.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailboxadmin.domain.mail_query import Term

_WORD = re.compile(r"[^\W_]+")
#: Shown before the first mark, at least this much of it.
LEAD_CHARS = 40


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text."""

    text: str
    marked: bool = False


def marked(text: str, terms: Sequence[Term]) -> tuple[Segment, ...]:
    """The whole text in pieces, those that fit a term marked."""
    return tuple(_cut(text, list(_spans(text, terms)), 0, len(text)))


def snippet(text: str, terms: Sequence[Term], length: int) -> tuple[Segment, ...]:
    """Some of the text around the first that fits, or its beginning; on one line, and bounded."""
    line = " ".join(text.split())
    spans = list(_spans(line, terms))
    first = spans[0][0] if spans else 0
    start = _word_start(line, first - LEAD_CHARS) if first > length // 2 else 0
    end = min(len(line), start + length)
    pieces = [*_cut(line, spans, start, end)]
    before = [Segment("… ")] if start else []
    after = [Segment(" …")] if end < len(line) else []
    return (*before, *pieces, *after)


def _word_start(line: str, near: int) -> int:
    """The beginning of a word there, or a little later."""
    if near <= 0:
        return 0
    blank = line.find(" ", near, near + LEAD_CHARS)
    return blank + 1 if blank >= 0 else near


def _cut(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[Segment]:
    at = start
    for begins, ends in spans:
        begins, ends = max(begins, at), min(ends, end)
        if begins >= ends:
            continue
        if begins > at:
            yield Segment(text[at:begins])
        yield Segment(text[begins:ends], marked=True)
        at = ends
    if at < end:
        yield Segment(text[at:end])


def _spans(text: str, terms: Sequence[Term]) -> Iterator[tuple[int, int]]:
    """Where terms are, in the order of the text; a later one never begins before an earlier one."""
    wanted = [
        ([match[0] for match in _WORD.finditer(folded(term.text))], term.prefix) for term in terms
    ]
    wanted = [each for each in wanted if each[0]]
    if not wanted:
        return
    words = [(match[0], match.start(), match.end()) for match in _WORD.finditer(folded(text))]
    # Most words begin nothing that is wanted; beginnings of words are few, and always tried.
    first = {each[0][0] for each in wanted if not _open(each)}
    some_are_open = any(map(_open, wanted))
    at = 0
    while at < len(words):
        length = 0
        if some_are_open or words[at][0] in first:
            length = max(_fits(words, at, *each) for each in wanted)
        if length:
            yield words[at][1], words[at + length - 1][2]
        at += length or 1


def _open(wanted: tuple[list[str], bool]) -> bool:
    """True of the beginning of a single word."""
    words, prefix = wanted
    return prefix and len(words) == 1


def _fits(
    words: Sequence[tuple[str, int, int]], at: int, wanted: Sequence[str], prefix: bool
) -> int:
    """How many words from there on are the wanted ones; 0 when they are not."""
    here = [word for word, _, _ in words[at : at + len(wanted)]]
    if len(here) < len(wanted) or here[:-1] != list(wanted[:-1]):
        return 0
    last = here[-1].startswith(wanted[-1]) if prefix else here[-1] == wanted[-1]
    return len(wanted) if last else 0


def folded(text: str) -> str:
    """In lower case and without accents, as long as before, so that places stay the same."""
    if text.isascii():
        return text.lower()
    return "".join(map(_folded, text))


def _folded(character: str) -> str:
    if character.isascii():
        return character.lower()
    base = unicodedata.normalize("NFD", character)[:1]
    return base.lower()[:1] or character
