"""Sealing every stored secret anew, with a new key in the key file or the first of the environment.

    file: old ──► new, old ──► all sealed anew, in one transaction ──► new ──► looked at once more

Killed at any point, everything can be opened, and the next time does the rest. A server that
runs meanwhile looks at the file before it seals or opens anything (`store.vault`).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import MailboxAdminError, SecretUnreadable
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.machine.file_lock import FileLock, InUse
from mailboxadmin.store import key_file
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.consents import with_verifier
from mailboxadmin.store.overwriting import OTHERS_WAIT_S, leave_nothing
from mailboxadmin.store.secrets import all_secret_rows
from mailboxadmin.store.sessions import end_what_was_signed

log = logging.getLogger(__name__)


class KeyFileUnwritable(MailboxAdminError):
    """Raised when the key file cannot be changed; everything can be opened still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What became of the stored secrets."""

    #: The file with the new key; None when the keys come from the environment.
    key_file: Path | None
    #: Sealed with the newest key now.
    sealed: int
    #: No key opens them: they are to be entered again.
    unreadable: int
    #: How many keys behind the first one nothing needs any more.
    spare: int
    #: Why something that the old key opens may be left in the database file; empty when nothing is.
    remains: str


def rotate_secrets(deps: Deps, *, actor: str, alone: bool = False) -> Rotated:
    """Seal all that is stored with the newest key, which in a key file is a new one.

    With a new key everybody signs in again, and links that were given out end.

    Args:
        alone: nobody else uses the instance, so that the file may be written anew however long
            that takes.

    Raises:
        InUse: another process does the same.
        KeyFileUnwritable: the key file cannot be written.
        StoreUnavailable: the database cannot be written.
    """
    file = deps.key_file
    with _one_at_a_time(deps.instance):
        if file is not None:
            _change(key_file.put_before, file)
        _seal_anew(deps)
        spare = deps.vault.count - 1
        if file is not None:
            _change(key_file.keep_newest, file)
        # Whoever did not know the new key yet may have sealed with the old one a moment ago.
        sealed, unreadable = _seal_anew(deps)
        _finish(deps, sealed, unreadable, new=file is not None, actor=actor)
    return Rotated(
        key_file=file,
        sealed=sealed,
        unreadable=unreadable,
        spare=0 if file is not None else spare,
        remains=leave_nothing(deps.store, within_s=None if alone else OTHERS_WAIT_S),
    )


@contextmanager
def _one_at_a_time(instance: Path) -> Iterator[None]:
    folder = instance / "locks"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = FileLock(folder / "secrets.lock")
    if not lock.take():
        raise InUse("Another process is sealing the secrets anew; try again when it is done.")
    try:
        yield
    finally:
        lock.release()


def _change(change: key_file.Change, file: Path) -> None:
    try:
        change(file)
    except OSError as fault:
        raise KeyFileUnwritable(
            f"The key file {file} cannot be written ({fault.strerror}); every stored secret can be "
            "opened as before."
        ) from fault


def _seal_anew(deps: Deps) -> tuple[int, int]:
    """Seal what another key sealed; how many are sealed with the newest, and how many not."""
    with deps.store.write() as db:
        rows = all_secret_rows(db)
        closed = 0
        for row in rows:
            anew = _anew(deps, row.sealed)
            closed += anew is None
            row.sealed = anew or row.sealed
        for consent in with_verifier(db):
            consent.verifier = _anew(deps, consent.verifier or b"")
    return len(rows) - closed, closed


def _anew(deps: Deps, sealed: bytes) -> bytes | None:
    """None for what no key opens."""
    try:
        return sealed if deps.vault.is_newest(sealed) else deps.vault.seal(deps.vault.open(sealed))
    except SecretUnreadable:
        return None


def _finish(deps: Deps, sealed: int, unreadable: int, *, new: bool, actor: str) -> None:
    with deps.store.write() as db:
        if new:
            end_what_was_signed(db)
        _log(db, deps, sealed, unreadable, new=new, actor=actor)


def _log(db: Session, deps: Deps, sealed: int, unreadable: int, *, new: bool, actor: str) -> None:
    key = "a new key: the old one opens nothing any more" if new else "the first key"
    closed = f" {unreadable} could not be opened and are to be entered again." if unreadable else ""
    entry = Entry(
        code=Code.SECRETS_ROTATED,
        level=Level.WARNING if unreadable else Level.INFO,
        message=f"All stored secrets were sealed anew with {key}.{closed}",
        actor=actor,
        detail={"sealed": sealed, "unreadable": unreadable, "new_key": new},
    )
    add_entry(db, entry, deps.clock.now())
