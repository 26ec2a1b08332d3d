"""What token endpoints answer, and what it means: the rows of `tokens.toml`.

`error` and the HTTP status decide whether it passes by itself. Within what lasts,
the row that asks for more wins: an AADSTS number before the provider's own words,
words before `error` alone.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from mailboxadmin.diagnosis.codes import WORDS
from mailboxadmin.domain.finding import Fixer
from mailboxadmin.domain.token import TokenAnswer

#: What every answer that passes by itself means.
PASSES: Final = "oauth.provider_unavailable"
#: Microsoft puts its number in front of its description.
_NUMBER: Final = re.compile(r"\bAADSTS(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """One row of `tokens.toml`; what is empty is not asked for, or not said."""

    code: str
    #: The key of the OAuth app: `gmail` or `outlook`.
    provider: str
    errors: frozenset[str]
    #: Microsoft's AADSTS numbers.
    numbers: frozenset[int]
    #: Words of the description or the suberror, lower case.
    said: tuple[str, ...]
    fix_by: Fixer | None
    #: What replaces the words of the codes file, by the keys of `WORDS`.
    words: Mapping[str, Any]
    #: Real answers, each of which must lead to `code`.
    examples: tuple[TokenAnswer, ...]

    def fits(self, answer: TokenAnswer) -> bool:
        """True when everything that the row asks for is so."""
        said = f"{answer.description} {answer.suberror}".lower()
        return (
            self.provider in ("", answer.app)
            and (not self.errors or answer.error in self.errors)
            and (not self.numbers or number_of(answer) in self.numbers)
            and (not self.said or any(words in said for words in self.said))
        )

    @property
    def knows_words(self) -> bool:
        """True when it is about the provider's own words, not about a common `error` alone."""
        return bool(self.numbers or self.said or self.provider)

    @property
    def rank(self) -> tuple[bool, int, bool, bool]:
        """The more a row asks for, the earlier it is tried."""
        longest = max(map(len, self.said), default=0)
        return bool(self.numbers), longest, bool(self.errors), bool(self.provider)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Everything in `tokens.toml`."""

    #: In the order of trying.
    rows: tuple[TokenRow, ...]
    #: The values of `error` that pass by themselves.
    passing_errors: frozenset[str]
    #: By key of the OAuth app: what the texts call things there, and where its pages are.
    apps: Mapping[str, Mapping[str, str]]

    def row(self, answer: TokenAnswer) -> TokenRow | None:
        """The first row that fits; None when nobody knows the answer."""
        passes = self.passes(answer)
        fitting = (row for row in self.rows if not passes or row.code == PASSES)
        return next((row for row in fitting if row.fits(answer)), None)

    def passes(self, answer: TokenAnswer) -> bool:
        """True when the endpoint is busy or down, whatever it says beside that."""
        status = answer.status or 0
        return status in (408, 429) or status >= 500 or answer.error in self.passing_errors

    def app(self, key: str) -> Mapping[str, str]:
        """The words for one OAuth app; neutral ones when it is none of ours."""
        return self.apps.get(key, self.apps["other"])


def number_of(answer: TokenAnswer) -> int | None:
    """The AADSTS number in the answer; None without one."""
    found = _NUMBER.search(f"{answer.description} {answer.error}")
    return int(found[1]) if found else None


def load_tokens() -> Tokens:
    """Read `tokens.toml`, which is part of the package."""
    return read_tokens((files(__package__) / "tokens.toml").read_text(encoding="utf-8"))


def read_tokens(text: str) -> Tokens:
    """What token endpoints answer, from TOML."""
    read = tomllib.loads(text)
    rows = [_row(row) for row in read["row"]]
    return Tokens(
        rows=tuple(sorted(rows, key=lambda row: row.rank, reverse=True)),
        passing_errors=frozenset(read["passing"]["error"]),
        apps=read["app"],
    )


def _row(row: dict[str, Any]) -> TokenRow:
    provider = row.get("provider", "")
    return TokenRow(
        code=row["code"],
        provider=provider,
        errors=frozenset(row.get("error", ())),
        numbers=frozenset(row.get("aadsts", ())),
        said=tuple(words.lower() for words in row.get("description", ())),
        fix_by=Fixer(row["fix_by"]) if "fix_by" in row else None,
        words={key: row[key] for key in WORDS if key in row},
        examples=tuple(
            TokenAnswer(**{"app": provider or "outlook", **example}) for example in row["example"]
        ),
    )
