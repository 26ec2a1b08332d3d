"""Every code a finding can have: what scripts rely on, and the words that go with it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from mailboxadmin.domain.finding import REFUSALS, Fixer, Scope

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
    #: By the keys of `WORDS`.
    words: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Everything in `codes.toml`."""

    by_name: Mapping[str, Code]
    #: How a finding says whom to call; holds `{tell}`.
    calls: Mapping[Fixer, str]


def load_codes() -> Codes:
    """Read `codes.toml`, which is part of the package."""
    text = (files(__package__) / "codes.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    after = read["after"]
    return Codes(
        by_name={name: _code(name, row, after) for name, row in read["codes"].items()},
        calls={Fixer(fixer): words for fixer, words in read["call"].items()},
    )


def _code(name: str, row: dict[str, Any], after: dict[str, str]) -> Code:
    usual = "temporary" if row["temporary"] else "refused" if name in REFUSALS else "lasting"
    return Code(
        name=name,
        when=row["when"],
        phase=row["phase"],
        temporary=row["temporary"],
        scope=Scope(row["scope"]),
        fix_by=Fixer(row["fix_by"]),
        field=row.get("field"),
        words={"after": after[usual]} | {key: row[key] for key in WORDS if key in row},
    )
