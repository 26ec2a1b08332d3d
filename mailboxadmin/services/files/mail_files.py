"""Files that hold mail, told apart by what they are and read one message at a time.

File:

    its first line begins with `From `      an mbox, for INBOX
    it begins with a mail header, or *.eml  one message, for INBOX

Folder, and in it:

    `cur` or `new`                          a Maildir, for INBOX
    *.eml                                   a message each, for INBOX
    `.Name` with `cur` or `new`             the folder Name (Maildir++)
    `Name` with `cur`, `new` or *.eml       the folder Name, as `export` writes it
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.services.files.maildir import arrival_of_name, flags_of_name, folder_of_name
from mailboxadmin.services.files.mbox import PIECE_BYTES, Mbox, Span
from mailboxadmin.services.files.wire_form import as_on_the_wire

INBOX = "INBOX"

_NEW, _CUR = "new", "cur"
_FROM = re.compile(rb"[\r\n]*From ")
#: Gateways may put kilobytes of seals before the first field that all mail has.
_START_BYTES = 16_384
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
#: One of these is among the first lines of any message; notes and logs begin `word:` as well.
_MAIL_FIELD = re.compile(
    rb"^(?:date|from|to|cc|subject|sender|received|return-path|delivered-to|message-id"
    rb"|mime-version|content-type)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message in a file."""

    #: Where it goes, with `/` between levels.
    folder: str
    #: As IMAP writes them.
    flags: frozenset[str]
    #: When it came, as far as the file says; None when only its own header may say.
    arrived_at: datetime | None
    #: The file, and where in it.
    place: str
    #: How much of the source is behind us after it.
    done: int
    #: Its bytes as a server would hold them; may raise OSError, and can be asked for again.
    pieces: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file or folder with mail."""

    #: What `Letter.done` counts up to: bytes of an mbox, else files.
    total: int
    letters: Callable[[], Iterator[Letter]]


@dataclass(frozen=True, slots=True)
class _Folder:
    path: Path
    #: Where its messages go.
    name: str


def open_source(path: Path) -> Source:
    """What lies there; it is not read yet.

    Raises:
        InvalidInput: it is not there, cannot be read, or is no mail.
    """
    try:
        if path.is_dir():
            return _folder_source(path)
        if not path.exists() or path.is_file():
            return _file_source(path)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise InvalidInput("file", f"{fault.filename or path} cannot be read: {reason}.") from None
    raise InvalidInput("file", f"{path} is neither a file nor a folder.")


def _file_source(path: Path) -> Source:
    with path.open("rb") as file:
        start = file.read(_START_BYTES)
        size = file.seek(0, 2)
    if path.suffix.lower() == ".eml":
        return Source(total=1, letters=partial(_eml_letters, [(path, INBOX)]))
    if _FROM.match(start) or not size:
        return Source(total=size, letters=partial(_mbox_letters, path))
    if _HEADER.match(start) and _MAIL_FIELD.search(start):
        return Source(total=1, letters=partial(_eml_letters, [(path, INBOX)]))
    raise InvalidInput(
        "file",
        f"{path} is no mail: neither an mbox, which begins with a line `From …`, nor a message, "
        "which begins with a header (From, Date, Subject …).",
    )


def _folder_source(path: Path) -> Source:
    folders = [_Folder(path, INBOX), *_subfolders(path)]
    maildirs = [(file, each.name) for each in folders for file in _maildir_files(each.path)]
    emls = [(file, each.name) for each in folders for file in _eml_files(each.path)]
    if not emls and not any(_is_maildir(each.path) for each in folders):
        raise InvalidInput(
            "file",
            f"{path} is a folder without mail: no Maildir (with `cur` and `new`), no .eml files.",
        )
    return Source(
        total=len(maildirs) + len(emls),
        letters=partial(_folder_letters, maildirs, emls),
    )


def _folder_letters(
    maildirs: list[tuple[Path, str]], emls: list[tuple[Path, str]]
) -> Iterator[Letter]:
    for number, (file, folder) in enumerate(maildirs, start=1):
        yield Letter(
            folder=folder,
            flags=flags_of_name(file.name) if file.parent.name == _CUR else frozenset(),
            arrived_at=arrival_of_name(file.name, _changed_s(file)),
            place=str(file),
            done=number,
            pieces=partial(_file_pieces, file),
        )
    yield from _eml_letters(emls, len(maildirs))


def _eml_letters(emls: list[tuple[Path, str]], before: int = 0) -> Iterator[Letter]:
    for number, (file, folder) in enumerate(emls, start=before + 1):
        yield Letter(
            folder=folder,
            flags=frozenset(),
            arrived_at=None,
            place=str(file),
            done=number,
            pieces=partial(_file_pieces, file),
        )


def _mbox_letters(path: Path) -> Iterator[Letter]:
    with path.open("rb", buffering=0) as file:
        for span in Mbox(file).spans():
            yield Letter(
                folder=INBOX,
                flags=span.flags,
                arrived_at=span.arrived_at,
                place=f"{path}, byte {span.start}",
                done=span.stop,
                pieces=partial(_span_pieces, path, span),
            )


def _span_pieces(path: Path, span: Span) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        yield from Mbox(file).pieces(span)


def _file_pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from as_on_the_wire(_pieces(file))


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE_BYTES):
        yield piece


def _subfolders(path: Path) -> Iterator[_Folder]:
    for each in sorted(path.iterdir()):
        if each.name not in (_NEW, _CUR, "tmp") and each.is_dir():
            plain = not each.name.startswith(".")
            name = _sound(unquote(each.name) if plain else folder_of_name(each.name))
            yield _Folder(each, INBOX if name.upper() in ("", INBOX) else name)


def _sound(name: str) -> str:
    """Without the halves of letters that stand for bytes which are no UTF-8."""
    return name.encode(errors="replace").decode()


def _maildir_files(path: Path) -> list[Path]:
    """By name, which is the order of delivery."""
    parts = [path / part for part in (_CUR, _NEW) if (path / part).is_dir()]
    files = [file for part in parts for file in part.iterdir() if _holds_mail(file)]
    return sorted(files, key=lambda file: file.name)


def _eml_files(path: Path) -> list[Path]:
    files = [file for file in path.iterdir() if file.suffix.lower() == ".eml"]
    return sorted(file for file in files if _holds_mail(file))


def _holds_mail(file: Path) -> bool:
    return not file.name.startswith(".") and file.is_file()


def _is_maildir(path: Path) -> bool:
    return (path / _CUR).is_dir() or (path / _NEW).is_dir()


def _changed_s(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0  # Moved meanwhile by who uses the Maildir; reading it will say so.
