"""The recordings of debug mode: listed, read, deleted."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mailboxadmin.domain.activity import Code, Entry
from mailboxadmin.domain.errors import NotFound
from mailboxadmin.imap.trace import FAILS, RAW, REFUSES
from mailboxadmin.services.debug.recording import folder_of
from mailboxadmin.services.deps import Deps
from mailboxadmin.store.activity import add_entry

KEPT = timedelta(days=7)

_NAME = re.compile(
    r"(?P<mailbox>\d{1,18})-(?P<at>\d{8}-\d{6})-(?P<kind>run|check|token)-(?P<id>\d{1,18})(?:-\d{1,2})?"
)
_LINE = re.compile(r" *(?P<ms>\d+) ms  (?P<who>C:|S:|S!|--|-!)  (?P<text>.*)")
#: So much of the end of a file is looked at for what went wrong.
_END_BYTES = 32 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A file."""

    #: Without its ending; also its place in an address.
    name: str
    mailbox_id: int
    began_at: datetime
    #: `run`, `check` or `token`.
    kind: str
    #: Of the run or the test; 0 of one that has none.
    id: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a recording, as a page shows it."""

    #: Since it began; None of what is said about the recording itself.
    ms: int | None
    #: `C:`, `S:`, `S!`, `--`, `-!`; empty of what is said about the recording itself.
    who: str
    text: str

    @property
    def failed(self) -> bool:
        """Something was refused, or failed."""
        return self.who in (REFUSES, FAILS)


def list_recordings(deps: Deps, mailbox_id: int | None = None) -> list[Recording]:
    """Those of one mailbox, or of all; newest first."""
    found = (each for each in _all(deps) if mailbox_id in (None, each.mailbox_id))
    return sorted(found, key=lambda each: (each.began_at, each.name), reverse=True)


def read_recording(deps: Deps, mailbox_id: int, name: str) -> tuple[Recording, str]:
    """A recording of that mailbox and its text.

    Raises:
        NotFound: that mailbox has none of that name.
    """
    file = _file(deps, mailbox_id, name)
    try:
        with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), encoding="utf-8") as opened:
            text = opened.read()
    except OSError as fault:
        raise NotFound("There is no such recording; they are kept for a week.") from fault
    found = _recording(file)
    assert found is not None
    return found, text


def lines_of(text: str) -> list[Line]:
    """The lines of a recording."""
    return [_line(line) for line in text.rstrip("\n").split("\n")]


def delete_recording(deps: Deps, mailbox_id: int, name: str) -> None:
    """Delete one; one that is gone already is no fault.

    Raises:
        NotFound: it is no name of a recording of that mailbox.
    """
    _file(deps, mailbox_id, name).unlink(missing_ok=True)


def delete_recordings(deps: Deps, mailbox_id: int | None = None) -> int:
    """Delete all of a mailbox, or all there are; how many that were."""
    found = list_recordings(deps, mailbox_id)
    for each in found:
        delete_recording(deps, each.mailbox_id, each.name)
    return len(found)


def clear_away(
    deps: Deps, mailbox_id: int | None = None, name: str | None = None, *, actor: str
) -> int:
    """A person deletes one, all of a mailbox, or all there are; its owner reads that in the log.

    Returns:
        How many they were.

    Raises:
        NotFound: it is no name of a recording of that mailbox.
    """
    if name is not None and mailbox_id is not None:
        _file(deps, mailbox_id, name)
    found = [each for each in list_recordings(deps, mailbox_id) if name in (None, each.name)]
    with deps.store.write() as db:
        for each, count in Counter(one.mailbox_id for one in found).items():
            what = "A recording was" if count == 1 else f"{count} recordings were"
            message = f"{what} deleted."
            entry = Entry(code=Code.DEBUG_DELETED, message=message, actor=actor, mailbox_id=each)
            add_entry(db, entry, deps.clock.now())
    for one in found:
        delete_recording(deps, one.mailbox_id, one.name)
    return len(found)


def forget_recordings(deps: Deps) -> None:
    """Delete what is older than a week."""
    now = deps.clock.now()
    for each in list_recordings(deps):
        if each.began_at < now - KEPT:
            delete_recording(deps, each.mailbox_id, each.name)


def last_raw_error(deps: Deps, mailbox_id: int) -> str:
    """What the last recorded run or test that failed met, as the program saw it; empty for none."""
    for each in list_recordings(deps, mailbox_id)[:5]:
        file = _file(deps, mailbox_id, each.name)
        raw = [line.text for line in _end_of(file) if line.failed and line.text.startswith(RAW)]
        if raw:
            return raw[-1].removeprefix(RAW)
    return ""


def _end_of(file: Path) -> Iterator[Line]:
    try:
        with file.open("rb") as opened:
            opened.seek(max(0, file.stat().st_size - _END_BYTES))
            lines = opened.read().decode("utf-8", "replace").split("\n")
    except OSError:
        return
    yield from map(_line, lines)


def _line(text: str) -> Line:
    found = _LINE.fullmatch(text)
    if found is None:
        return Line(ms=None, who="", text=text.removeprefix("# "))
    return Line(ms=int(found["ms"]), who=found["who"], text=found["text"])


def _file(deps: Deps, mailbox_id: int, name: str) -> Path:
    found = _NAME.fullmatch(name)
    if found is None or int(found["mailbox"]) != mailbox_id:
        raise NotFound("There is no such recording.")
    return folder_of(deps.instance) / f"{name}.txt"


def _all(deps: Deps) -> Iterator[Recording]:
    folder = folder_of(deps.instance)
    for file in folder.glob("*.txt") if folder.is_dir() else ():
        found = _recording(file)
        if found is not None:
            yield found


def _recording(file: Path) -> Recording | None:
    found = _NAME.fullmatch(file.stem)
    try:
        size = file.lstat().st_size
        began_at = datetime.strptime(f"{found['at']}Z", "%Y%m%d-%H%M%S%z") if found else None
    except (OSError, ValueError):
        return None
    if found is None or began_at is None:
        return None
    return Recording(
        name=file.stem,
        mailbox_id=int(found["mailbox"]),
        began_at=began_at,
        kind=found["kind"],
        id=int(found["id"]),
        size=size,
    )
