"""What was asked to be erased in the browser, and how far that is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Wish(StrEnum):
    """What goes for good."""

    #: Of somebody who was deactivated and stays.
    MAIL = "mail"
    #: The person, after their mail.
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One that was asked for; it goes on until it has an end, over every restart."""

    id: int
    mailbox_id: int
    staff_id: int
    address: str
    wish: Wish
    asked_by: str
    asked_at: datetime
    #: Messages there were when it was asked for.
    total: int
    #: Messages that are here still.
    left: int
    #: None while it goes on.
    finished_at: datetime | None
    #: What kept it from its end at the last try, or why something stays; empty when nothing did.
    fault: str
    #: The provider's pages where the owner ends the permission.
    end_at: tuple[str, ...]
    #: Copies of the database in the instance folder that hold some of it still.
    backups: tuple[str, ...]
    #: A sentence about what may be left in the database file; empty when nothing is.
    remains: str

    @property
    def gone(self) -> int:
        """How many messages are erased already."""
        return max(self.total - self.left, 0)
