"""Every code a finding can have: what scripts rely on, and the words that go with it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from mailboxadmin.domain.finding import Finding, Fixer, Scope

#: The texts of a finding, with their placeholders still in; `steps` is a list, the others a text.
WORDS: Final = ("summary", "cause", "steps", "after", "tell")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code of `codes.toml`."""

    name: str
    #: When it is given, for the documentation.
    when: str
    #: The usual phase, for the documentation; `any` for `unknown`.
    phase: str
    temporary: bool
    scope: Scope
    #: Who acts when neither the origin of a value nor the catalogue says otherwise.
    fix_by: Fixer
    #: The form field to correct; None when no field of ours is at fault.
    field: str | None
    #: By the keys of `WORDS`; without `after`, the usual sentence of its kind is said.
    words: Mapping[str, Any]
    #: What replaces them where the OAuth app of the mailbox's provider is set up.
    words_with_app: Mapping[str, Any]
    #: The cause as half a sentence.
    short: str
    #: What whoever acts must do, an infinitive without `to`.
    todo: Mapping[Fixer, str]
    #: Only an admin of this office can answer what `tell` asks.
    asks_admin: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Everything in `codes.toml`."""

    by_name: Mapping[str, Code]
    #: How a finding says whom to call; holds `{tell}`.
    calls: Mapping[Fixer, str]
    #: The same where only an admin can answer; a fixer that is missing has no other words then.
    admin_calls: Mapping[Fixer, str]
    #: What becomes of the mail meanwhile, by when it is tried again.
    afters: Mapping[str, str]

    def call(self, code: Code, fixer: Fixer) -> str:
        """The step that says whom to call, with `{tell}` still in."""
        own = self.admin_calls.get(fixer) if code.asks_admin else None
        return own or self.calls[fixer]

    def after(self, finding: Finding) -> str:
        """What becomes of the mail meanwhile; in step with the retry rules (docs/retry.md)."""
        if finding.temporary:
            return self.afters["temporary"]
        if finding.consent_ended:
            return self.afters["consent"]
        return self.afters["refused" if finding.refused_credentials else "lasting"]


def load_codes() -> Codes:
    """Read `codes.toml`, which is part of the package."""
    text = (files(__package__) / "codes.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    return Codes(
        by_name={name: _code(name, row, read["todo"]) for name, row in read["codes"].items()},
        calls={Fixer(fixer): words for fixer, words in read["call"].items()},
        admin_calls={Fixer(fixer): words for fixer, words in read["call_admin"].items()},
        afters=read["after"],
    )


def _code(name: str, row: dict[str, Any], todo: dict[str, str]) -> Code:
    return Code(
        name=name,
        when=row["when"],
        phase=row["phase"],
        temporary=row["temporary"],
        scope=Scope(row["scope"]),
        fix_by=Fixer(row["fix_by"]),
        field=row.get("field"),
        words={key: row[key] for key in WORDS if key in row},
        words_with_app=row.get("with_app", {}),
        short=row["short"],
        todo=_todo(row["todo"], todo),
        asks_admin=row.get("asks") == "admin",
    )


def _todo(todo: str | dict[str, str], common: dict[str, str]) -> dict[Fixer, str]:
    by_fixer = common | ({"else": todo} if isinstance(todo, str) else todo)
    return {fixer: by_fixer.get(fixer, by_fixer["else"]) for fixer in Fixer}
