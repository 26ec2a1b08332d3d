"""The story of a mailbox as its page tells it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mailboxadmin.domain.before import BeforeItBroke
from mailboxadmin.domain.clock import duration_in_words
from mailboxadmin.domain.event import Event
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.mailbox import Mailbox
from mailboxadmin.domain.people import Person
from mailboxadmin.domain.timeline import Window
from mailboxadmin.services.overview.timeline import PastIncident, Story
from mailboxadmin.web.mailboxes.month import DrawnDay, days_of, in_all
from mailboxadmin.web.mailboxes.story import Teller, ending, how_long_before, nothing_before
from mailboxadmin.web.mailboxes.strip import Drawing, drawing
from mailboxadmin.web.words import first_name, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One thing that was done before it broke."""

    at: datetime
    #: `11 minutes before`.
    how_long: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What was done just before it broke."""

    broke_at: datetime
    #: None: it never worked.
    last_success_at: datetime | None
    #: How long before it broke that was.
    success_before: str
    #: Nearest first.
    done: tuple[Done, ...]
    #: When something else was wrong than at first; None: it is still what it was.
    turned_at: datetime | None
    #: What was done from when it broke until then; nearest to that first.
    later: tuple[Done, ...]
    #: Said in place of `done`; empty when there are some.
    nothing: str
    #: From here on the log knows everything; None when that is the whole month before.
    known_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A line of the table of incidents."""

    finding: Finding
    began_at: datetime
    lasted: str
    times: int
    ending: str
    going_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All of it."""

    window: Window
    strip: Drawing
    before: Before | None
    incidents: tuple[Ended, ...]
    days: tuple[DrawnDay, ...]
    #: For how long it was out of order within the month.
    trouble: str


def told(story: Story, mailbox: Mailbox, reader: Person) -> Told:
    """The story, to whoever reads the page."""
    teller = Teller(
        reader=reader,
        owner=first_name(mailbox.owner_name, mailbox.address),
        own=reader.mailbox_id == mailbox.id,
        names=story.names,
        now=story.strip.now,
    )
    return Told(
        window=story.strip.window,
        strip=drawing(story.strip, teller),
        before=_before(story.before, teller) if story.before else None,
        incidents=tuple(_ended(past, teller) for past in story.incidents),
        days=days_of(story.month),
        trouble=in_all(story.month.trouble),
    )


def _before(before: BeforeItBroke, teller: Teller) -> Before:
    succeeded = before.last_success_at
    return Before(
        broke_at=before.broke_at,
        last_success_at=succeeded,
        success_before=how_long_before(succeeded, before.broke_at) if succeeded else "",
        done=_done(before.events, before.broke_at, teller),
        turned_at=before.turned_at,
        later=_done(before.later, before.turned_at, teller) if before.turned_at else (),
        nothing="" if before.events else nothing_before(before),
        known_since=before.known_since if before.log_is_short else None,
    )


def _done(events: Iterable[Event], then: datetime, teller: Teller) -> tuple[Done, ...]:
    return tuple(
        Done(
            at=event.at,
            how_long=sentence(how_long_before(event.at, then)),
            text=teller.sentence(event),
        )
        for event in events
    )


def _ended(past: PastIncident, teller: Teller) -> Ended:
    incident = past.incident
    return Ended(
        finding=incident.finding,
        began_at=incident.began_at,
        lasted=duration_in_words((incident.ended_at or teller.now) - incident.began_at),
        times=incident.times,
        ending=ending(past, teller),
        going_on=incident.ended_at is None,
    )
