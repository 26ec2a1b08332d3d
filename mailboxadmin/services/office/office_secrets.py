"""The secrets among the office's settings: sealed when they are kept, and never told."""

from collections.abc import Collection
from typing import Final

from sqlalchemy.orm import Session

from mailboxadmin.domain.errors import SecretUnreadable
from mailboxadmin.services.deps import Deps
from mailboxadmin.store.secrets import (
    office_secret_names,
    office_secret_row,
    write_office_secret,
)

#: What is told of a secret in place of its value.
SET: Final = "set"
UNSET: Final = "unset"
#: Stands for a secret that no key opens. None has a space, so whatever is entered is another.
_CLOSED: Final = "not to be opened"


def held_secrets(db: Session, deps: Deps, keys: Collection[str]) -> dict[str, str]:
    """Those of these settings that are secrets and set, to be compared with what is entered."""
    return {key: _opened(db, deps, key) for key in office_secret_names(db) if key in keys}


def closed_secrets(db: Session, deps: Deps) -> frozenset[str]:
    """Those that are set and that no key opens."""
    names = office_secret_names(db)
    return frozenset(key for key in names if _opened(db, deps, key) == _CLOSED)


def put_secret(db: Session, deps: Deps, key: str, text: str) -> None:
    """Keep it sealed in place of the one before; an empty text takes that away."""
    sealed = deps.vault.seal(text) if text else None
    write_office_secret(db, key, sealed, deps.clock.now())


def told_of_secret(held: str, holds: str) -> tuple[str, str]:
    """What a page and the log say of a change of it, in place of before and after."""
    if not held:
        return "", SET
    return SET, "changed" if holds else "removed"


def _opened(db: Session, deps: Deps, key: str) -> str:
    row = office_secret_row(db, key)
    try:
        return deps.vault.open(row.sealed) if row else ""
    except SecretUnreadable:
        return _CLOSED
