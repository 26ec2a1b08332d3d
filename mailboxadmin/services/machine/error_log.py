"""The last errors of the program's own log, as an admin may read them in the browser.

The file holds tracebacks as Python writes them. Here an exception's text is cut where it
begins to quote something, which may be somebody's mail, and what looks like a secret is
masked; the whole of it is in the file, on the server.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailboxadmin.domain.mask import MASK
from mailboxadmin.imap.fetch_line import CUT
from mailboxadmin.imap.trace import unquoted
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.machine.log_file import KEPT_FILES, log_file

#: So many are shown.
MOST_ERRORS = 50
#: So much of the end of each file is read for the last ones.
_END_BYTES = 2 * 1024 * 1024
_MOST_LINES = 200

_HEAD = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d{3} (?P<process>\d+) (?P<level>[A-Z]+) "
    r"(?P<where>[\w.]+): (?P<message>.*)"
)
_NUMBER = re.compile(r" \(number (\w{1,20})\)$")
_ERRORS = frozenset({"ERROR", "CRITICAL"})
_BETWEEN = ("Traceback (most", "The above exception", "During handling of")

_SECRETS = (
    re.compile(r"(?i)(\b(?:bearer|basic) +)[\w.~+/=-]+"),
    re.compile(
        r"(?i)(\b[\w-]*(?:password|passwd|pwd|secret|token|authorization|verifier|api_?key|code)"
        r"[\"']? *[=:] *)(?:\"[^\"]*\"?|'[^']*'?|[^\s&,;]+)"
    ),
    re.compile(r"(?i)(\b(?:LOGIN|AUTHENTICATE) ).+"),
    re.compile(r"(://)[^\s/@]+(?=@)"),
    re.compile(r"()[\w~+/=-]{40,}"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedError:
    """One error."""

    #: As the file has it, in this machine's time.
    at: str
    process: int
    #: Which part of the program said it.
    where: str
    message: str
    #: Line by line; empty without one.
    traceback: tuple[str, ...]
    #: What the 500 page showed; empty where no page was concerned.
    number: str


def last_errors(deps: Deps, number: str = "") -> list[LoggedError]:
    """The newest errors, newest first.

    Args:
        number: that one, also when it is older; nothing when it is not there any more.
    """
    found = []
    for error in _newest_first(deps.instance, whole=bool(number)):
        if number in ("", error.number):
            found.append(error)
        if len(found) == (1 if number else MOST_ERRORS):
            break
    return found


def covered(text: str) -> str:
    """The text with what looks like a secret masked."""
    for pattern in _SECRETS:
        text = pattern.sub(rf"\1{MASK}", text)
    return text


def _newest_first(instance: Path, *, whole: bool) -> Iterator[LoggedError]:
    current = log_file(instance)
    older = (current.with_suffix(f".log.{number}") for number in range(1, KEPT_FILES + 1))
    for file in (current, *older):
        yield from reversed(list(_errors_in(file, whole=whole)))


def _errors_in(file: Path, *, whole: bool) -> Iterator[LoggedError]:
    head, rest = None, list[str]()
    for line in _lines(file, whole=whole):
        found = _HEAD.fullmatch(line)
        if found is None:
            rest.append(line)
            continue
        if head is not None and head["level"] in _ERRORS:
            yield _error(head, rest)
        head, rest = found, []
    if head is not None and head["level"] in _ERRORS:
        yield _error(head, rest)


def _lines(file: Path, *, whole: bool) -> list[str]:
    try:
        with file.open("rb") as opened:
            if not whole:
                opened.seek(max(0, file.stat().st_size - _END_BYTES))
            return opened.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _error(head: re.Match[str], rest: list[str]) -> LoggedError:
    message = head["message"]
    number = _NUMBER.search(message)
    return LoggedError(
        at=head["at"],
        process=int(head["process"]),
        where=head["where"],
        message=covered(_NUMBER.sub("", message))[:1000],
        traceback=tuple(_readable(rest))[-_MOST_LINES:],
        number=number[1] if number else "",
    )


def _readable(lines: list[str]) -> Iterator[str]:
    """A traceback: its frames, and of each exception the kind and the plain part of its text."""
    in_frames = False
    for line in lines:
        if line.startswith(_BETWEEN):
            in_frames = line.startswith("Traceback")
            yield line
        elif in_frames and line.startswith("  "):
            yield covered(line) if not line.startswith('  File "') else line
        elif in_frames and line.strip():
            in_frames = False
            kind, colon, text = line.partition(": ")
            yield covered(f"{kind}{colon}{unquoted(text)}") if kind.isprintable() else CUT
        elif not line.strip():
            yield ""
