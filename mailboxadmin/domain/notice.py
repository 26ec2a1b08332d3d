"""One message, ready to be sent on any channel."""

from dataclasses import dataclass
from typing import Any

from mailboxadmin.domain.telling import Event

#: A line that a phone shows is shorter still; mail programs cut what is longer.
LONGEST_SUBJECT = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told."""

    event: Event
    #: One line.
    subject: str
    #: Plain text.
    body: str
    #: What it is about, as a program reads it.
    cases: tuple[dict[str, Any], ...] = ()


def one_line(text: str, longest: int = LONGEST_SUBJECT) -> str:
    """The text on one line of bounded length, whatever a server put into it."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    line = " ".join(shown.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
