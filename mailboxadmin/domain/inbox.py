"""The inbox as it is asked for and as it is shown: folders, lines of the list, a page of it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from mailboxadmin.domain.sender import Sender
from mailboxadmin.domain.special_use import SpecialUse

#: Lines of one page.
PAGE_LINES = 50
#: A count says no more than that there are so many.
COUNTED = 1000
#: So many messages of one conversation are counted and shown.
CONVERSATION = 100

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"(-?\d{1,17})-(\d{1,18})")


class Show(StrEnum):
    """What the list is narrowed to."""

    ALL = "all"
    UNREAD = "unread"
    FLAGGED = "flagged"
    ATTACHED = "attached"
    #: Gone from the server, kept here.
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A place in the list: what follows it is older."""

    arrived_at: datetime
    id: int

    def __str__(self) -> str:
        """As an address has it."""
        return f"{(self.arrived_at - _EPOCH) // timedelta(microseconds=1)}-{self.id}"

    @classmethod
    def of(cls, text: str) -> "Cursor | None":
        """The place that the text names; None when it names none."""
        found = _CURSOR.fullmatch(text)
        if not found:
            return None
        try:
            at = _EPOCH + timedelta(microseconds=int(found[1]))
        except OverflowError:
            return None
        return cls(arrived_at=at, id=int(found[2]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which part of a mailbox is to be listed."""

    #: None: of all folders.
    folder_id: int | None
    show: Show
    #: None: from the newest on.
    before: Cursor | None
    #: A conversation is one line.
    threads: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFolder:
    """A folder that can be opened."""

    id: int
    name: str
    special_use: SpecialUse | None
    messages: int
    #: At most `COUNTED`, which then means as many or more.
    unread: int
    #: Its mail was fetched at some time; else nothing is known of it but what was moved there.
    opened: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLine:
    """A message, or a conversation by its newest one, as a line of the list."""

    id: int
    folder: str
    sender: Sender
    recipients: str
    subject: str
    #: Empty while the text was not read yet.
    preview: str
    arrived_at: datetime
    seen: bool
    flagged: bool
    #: Files are enclosed.
    attached: bool
    removed: bool
    #: Its bytes are not here, or could be read in part only.
    troubled: bool
    #: A click on it waits to be sent to the server.
    pending: bool
    #: The folder that it is on its way to; None: to none.
    moving_to: str | None = None
    #: The server could not be told of something that was wanted for it.
    failed: bool = False
    #: Messages of the conversation, at most `CONVERSATION`; 1 when it is alone.
    count: int = 1
    #: Of those, the unread ones.
    unread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPage:
    """A part of the list."""

    lines: tuple[MailLine, ...]
    #: From where it goes on; None at its end.
    next: Cursor | None
