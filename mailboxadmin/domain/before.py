"""What was done just before a mailbox broke: what was, not what the cause was."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailboxadmin.domain.event import Event

#: How far one looks back.
LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeItBroke:
    """The time before an outage."""

    broke_at: datetime
    #: None: it never worked.
    last_success_at: datetime | None
    #: Nearest first.
    events: tuple[Event, ...]
    #: When something else was wrong than at first; None: it is still what it was.
    turned_at: datetime | None
    #: What was done from when it broke until then, nearest to that first.
    later: tuple[Event, ...]
    #: From here on nothing is missing.
    known_since: datetime
    #: The mailbox was added later than one looks back.
    is_new: bool

    @property
    def log_is_short(self) -> bool:
        """The log does not reach as far as one would look back."""
        return not self.is_new and self.known_since > self.broke_at - LOOK_BACK

    @property
    def log_begins_later(self) -> bool:
        """The log tells nothing at all of the time before."""
        return self.known_since > self.broke_at


def before_it_broke(
    broke_at: datetime,
    events: Iterable[Event],
    *,
    turned_at: datetime | None,
    last_success_at: datetime | None,
    made_at: datetime,
    log_from: datetime,
) -> BeforeItBroke:
    """What was done in the thirty days before, with what is known of these days.

    Args:
        turned_at: since when that is wrong which is wrong now, where it was another thing at first.
        made_at: when the mailbox was added: before that nothing can have been changed.
        log_from: the log's oldest line.
    """
    wanted = broke_at - LOOK_BACK
    start = max(wanted, made_at)
    newest = sorted(events, key=lambda event: event.at, reverse=True)
    return BeforeItBroke(
        broke_at=broke_at,
        last_success_at=last_success_at,
        events=tuple(event for event in newest if wanted <= event.at <= broke_at),
        turned_at=turned_at,
        later=tuple(event for event in newest if turned_at and broke_at < event.at <= turned_at),
        known_since=max(start, log_from),
        is_new=made_at > wanted and log_from <= made_at,
    )
