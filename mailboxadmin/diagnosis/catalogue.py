"""What servers say, and what it means: the rows of `catalogue.toml` and how they are matched.

A row that asks for more is tried first, so that the order in the file does not
matter: a response code before text, a provider before none, the longer text
before the shorter, a named happening or phase before any.
"""

import re
import tomllib
from collections.abc import Iterator, Set
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from mailboxadmin.diagnosis.codes import WORDS
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Fixer, Phase

#: Rows that name no happening are about these.
ANSWERS: Final = frozenset({Happening.ANSWER_NO, Happening.ANSWER_BAD, Happening.ANSWER_BYE})
#: Tag or `*`, status and response code stand before the words: `* NO [ALERT] Words`.
_BEFORE_WORDS: Final = re.compile(
    r"^(?:\*\s+)?(?:(?:NO|BAD|BYE|OK)\b\s*)?(?:\[(?P<code>[A-Z0-9-]+)(?: [^\]]*)?\]\s*)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the catalogue; what is None or empty is not asked for, or not said."""

    code: str
    happenings: frozenset[Happening]
    phases: frozenset[Phase]
    response_codes: frozenset[str]
    #: Matches the whole of the server's words; None asks for no words.
    text: re.Pattern[str] | None
    #: Keys of providers.
    providers: frozenset[str]
    #: A known authority signed the certificate that was shown.
    known_authority: bool
    fix_by: Fixer | None
    #: What replaces the words of the codes file, by the keys of `WORDS`.
    words: dict[str, Any]
    #: What real servers said, word by word; each must lead to `code`.
    examples: tuple[str, ...]
    #: The more a row asks for, the earlier it is tried.
    rank: tuple[int, ...]

    def fits(self, facts: Facts, providers: Set[str]) -> bool:
        """True when everything that the row asks for is so."""
        said_code, words = read_answer(facts)
        return (
            facts.happening in self.happenings
            and (not self.phases or facts.phase in self.phases)
            and (not self.response_codes or said_code in self.response_codes)
            and (not self.providers or bool(self.providers & providers))
            and (not self.known_authority or _vouched(facts))
            and (self.text is None or self.text.fullmatch(words) is not None)
        )


def _vouched(facts: Facts) -> bool:
    return facts.certificate is not None and facts.certificate.vouched


def read_answer(facts: Facts) -> tuple[str | None, str]:
    """The response code and the bare words of what the server said."""
    said = " ".join((facts.server_said or "").split())
    before = _BEFORE_WORDS.match(said)
    code = facts.response_code or (before and before["code"])
    return (code.split(" ")[0].upper() if code else None), read_words(said)


def read_words(said: str) -> str:
    """What the server said without status and response code before it."""
    return _BEFORE_WORDS.sub("", said, count=1)


def text_pattern(text: str) -> re.Pattern[str]:
    """That text, whole and in any case; `<name>` and `…` stand for anything."""
    parts = re.split(r"<\w+>|\s*…\s*", read_words(text))
    return re.compile(".*".join(re.escape(part) for part in parts), re.IGNORECASE | re.DOTALL)


def load_catalogue() -> tuple[Row, ...]:
    """Read `catalogue.toml`, which is part of the package; the rows in the order of trying."""
    return read_catalogue((files(__package__) / "catalogue.toml").read_text(encoding="utf-8"))


def read_catalogue(text: str) -> tuple[Row, ...]:
    """The rows of a catalogue in TOML, in the order of trying."""
    rows = [row for read in tomllib.loads(text)["row"] for row in _variants(read)]
    return tuple(sorted(rows, key=lambda row: row.rank, reverse=True))


def _variants(row: dict[str, Any]) -> Iterator[Row]:
    """One row for each text, so that each is ranked by its own length."""
    texts = [variant for text in _listed(row, "text") for variant in text.split(" / ")]
    for text in texts or [""]:
        yield _row(row, text)


def _row(row: dict[str, Any], text: str) -> Row:
    return Row(
        code=row["code"],
        happenings=frozenset(Happening(each) for each in _listed(row, "happening")) or ANSWERS,
        phases=frozenset(Phase(each) for each in _listed(row, "phase")),
        response_codes=frozenset(_listed(row, "response_code")),
        text=text_pattern(text) if text else None,
        providers=frozenset(_listed(row, "provider")),
        known_authority=row.get("known_authority", False),
        fix_by=Fixer(row["fix_by"]) if "fix_by" in row else None,
        words={key: row[key] for key in WORDS if key in row},
        examples=_listed(row, "example"),
        rank=(
            "response_code" in row,
            "provider" in row,
            len(text),
            ("happening" in row) + ("phase" in row) + ("known_authority" in row),
        ),
    )


def _listed(row: dict[str, Any], key: str) -> tuple[str, ...]:
    value = row.get(key, ())
    return (value,) if isinstance(value, str) else tuple(value)
