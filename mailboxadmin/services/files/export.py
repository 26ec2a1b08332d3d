"""Copying a mailbox's messages into files, byte for byte as the server holds them.

    eml      DIR/<folder>/<uid>.eml, without a UID DIR/<folder>/id-<id>.eml
    maildir  DIR/<folder>/cur/<arrival>.id<id>.mailboxadmin:2,<flags>

A file that is there with the same bytes is left; one with other bytes is left too, and
said. So a second export adds what is new, and nothing is ever overwritten. Files carry
the time of arrival, which is what other programs take from them. Of a message, a part at
a time is in memory.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path

from mailboxadmin.domain.activity import Code, Entry
from mailboxadmin.domain.errors import MailboxAdminError
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.files.export_names import folder_name
from mailboxadmin.services.files.maildir import maildir_flags
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.bytes import raw_parts
from mailboxadmin.store.to_export import Copied, to_copy


class Format(StrEnum):
    """How the files lie."""

    MAILDIR = "maildir"
    EML = "eml"


class ExportFailed(MailboxAdminError):
    """Raised when the folder to export to cannot be used; what was written stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export did."""

    written: int
    #: There already, with the same bytes.
    present: int
    #: There with other bytes, and left as they are.
    differing: tuple[Path, ...]
    #: Messages whose bytes are not all here: on their way, or refused by the server.
    left_out: int


def export_mailbox(
    deps: Deps, mailbox_id: int, target: Path, *, form: Format, removed: bool, actor: str
) -> Exported:
    """Write every message of a mailbox below `target`, which is made when it is missing.

    Args:
        removed: those that are gone from the server too.

    Raises:
        ExportFailed: a file or folder cannot be written.
    """
    with deps.store.read() as db:
        messages = to_copy(db, mailbox_id, removed=removed)
    copier = _EmlCopier(target) if form is Format.EML else _MaildirCopier(target)
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in messages:
            with deps.store.read() as db:
                copier.copy(message, raw_parts(db, message.id))
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise ExportFailed(f"{fault.filename or target} cannot be written: {reason}.") from fault
    _log(deps, mailbox_id, copier.written, actor)
    return Exported(
        written=copier.written,
        present=copier.present,
        differing=tuple(copier.differing),
        left_out=copier.left_out,
    )


class _Copier(ABC):
    """Writes messages into files and counts what it did."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self.written = 0
        self.present = 0
        self.differing: list[Path] = []
        self.left_out = 0

    def copy(self, message: Copied, parts: Iterator[bytes]) -> None:
        """Write one message, unless it is there; without parts it has no bytes yet."""
        first = next(parts, None)
        if first is None:
            self.left_out += 1
            return
        path, existing = self._place(self._folder(message.folder), message)
        parts = chain([first], parts)
        if existing is None:
            _write(self._workplace(path), path, parts, message.arrived_at.timestamp())
            self.written += 1
        elif not _holds(existing, parts):
            self.differing.append(existing)
        else:
            self.present += 1
            if existing != path:
                existing.rename(path)

    def _folder(self, folder: str) -> Path:
        """The directory of a folder, never outside the target."""
        path = self._target / folder_name(folder)
        path.mkdir(mode=0o700, exist_ok=True)
        if path.is_symlink():
            raise OSError(0, "it is a link to another place", str(path))
        return path

    def _workplace(self, path: Path) -> Path:
        """Where a file is until it is whole."""
        return path.parent

    @abstractmethod
    def _place(self, folder: Path, message: Copied) -> tuple[Path, Path | None]:
        """The file's name, and the file that is there already, if there is one."""


class _EmlCopier(_Copier):
    def _place(self, folder: Path, message: Copied) -> tuple[Path, Path | None]:
        name = str(message.uid) if message.uid is not None else f"id-{message.id}"
        path = folder / f"{name}.eml"
        return path, path if os.path.lexists(path) else None


class _MaildirCopier(_Copier):
    def __init__(self, target: Path) -> None:
        super().__init__(target)
        #: By folder: the files that are there, by their name without the flags.
        self._delivered: dict[Path, dict[str, Path]] = {}

    def _place(self, folder: Path, message: Copied) -> tuple[Path, Path | None]:
        unique = f"{int(message.arrived_at.timestamp())}.id{message.id}.mailboxadmin"
        flags = maildir_flags(message.flags, seen=message.seen)
        # The flags are in the name; with others it is the same message.
        return folder / "cur" / f"{unique}:2,{flags}", self._there(folder).get(unique)

    def _workplace(self, path: Path) -> Path:
        return path.parent.parent / "tmp"

    def _there(self, folder: Path) -> dict[str, Path]:
        if folder not in self._delivered:
            for part in ("tmp", "new", "cur"):
                (folder / part).mkdir(mode=0o700, exist_ok=True)
            files = (folder / "cur").iterdir()
            self._delivered[folder] = {file.name.partition(":")[0]: file for file in files}
        return self._delivered[folder]


def _write(workplace: Path, path: Path, parts: Iterator[bytes], arrived_s: float) -> None:
    """Write a file that is whole as soon as it has its name."""
    part = workplace / f".{os.getpid()}.part"
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(parts)
        os.utime(part, (arrived_s, arrived_s))
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def _holds(path: Path, parts: Iterator[bytes]) -> bool:
    """True when the file has exactly these bytes."""
    with path.open("rb") as file:
        return all(file.read(len(part)) == part for part in parts) and not file.read(1)


def _log(deps: Deps, mailbox_id: int, written: int, actor: str) -> None:
    entry = Entry(
        code=Code.MAILBOX_EXPORTED,
        message=f"The messages were exported by {actor}: {written} files written.",
        actor=actor,
        mailbox_id=mailbox_id,
        detail={"written": written},
    )
    with deps.store.write() as db:
        add_entry(db, entry, deps.clock.now())
