"""The story of a mailbox as its page tells it."""

from dataclasses import dataclass
from datetime import datetime

from mailboxadmin.domain.before import BeforeItBroke
from mailboxadmin.domain.clock import duration_in_words
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.mailbox import Mailbox
from mailboxadmin.domain.people import Person
from mailboxadmin.domain.timeline import Window
from mailboxadmin.services.timeline import PastIncident, Story
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
    #: Said in their place; empty when there are some.
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
        success_before=how_long_before(succeeded, before) if succeeded else "",
        done=tuple(
            Done(
                at=event.at,
                how_long=sentence(how_long_before(event.at, before)),
                text=teller.sentence(event),
            )
            for event in before.events
        ),
        nothing="" if before.events else nothing_before(before),
        known_since=before.known_since if before.log_is_short else None,
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
