"""Debug mode: the dialogue with a mail server is recorded, for a time that is set beforehand."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LEAST_MINUTES = 1
MOST_MINUTES = 1440
USUAL_MINUTES = 60
#: A clock that was set back by more would let it go on for longer than was said.
_SET_BACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Debug mode as it was switched on, for one mailbox or for all."""

    id: int
    #: None: for all.
    mailbox_id: int | None
    #: The mailbox's address; empty for all.
    address: str
    #: Its owner's name; empty for all, or without one.
    owner_name: str
    #: Who switched it on.
    by: str
    began_at: datetime
    #: It ends by itself then.
    until: datetime

    def is_on(self, now: datetime) -> bool:
        """Whether it records, whoever has noted its end."""
        return in_force(self.began_at, self.until, now)

    def concerns(self, mailbox_id: int | None) -> bool:
        """Whether it records that mailbox."""
        return self.mailbox_id in (None, mailbox_id)


def in_force(began_at: datetime, until: datetime, now: datetime) -> bool:
    """Whether what was switched on then is on now."""
    return began_at - _SET_BACK <= now < until
