"""What happened to one mailbox: the strip, what was done before it broke, past incidents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Level, Logged
from mailboxadmin.domain.before import LOOK_BACK, BeforeItBroke, before_it_broke
from mailboxadmin.domain.event import (
    HOST_CODES,
    OWN_CODES,
    ROUTINE_CODE,
    TOKEN_CODES,
    Event,
    event_of,
    own_keys_at,
    touching,
)
from mailboxadmin.domain.incident import Ending, Incident
from mailboxadmin.domain.mailbox import Encryption, Mailbox
from mailboxadmin.domain.month import Month, first_day, month
from mailboxadmin.domain.standstill import SCHEDULER_CODES, standstills
from mailboxadmin.domain.timeline import Timeline, Window, timeline, window_for
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.services.work.beat import STALE_AFTER
from mailboxadmin.store import activity_pages, board, mailboxes, staff
from mailboxadmin.store import beat as beats
from mailboxadmin.store import timeline as rows
from mailboxadmin.store.incidents import incident_of, last_incidents

#: So many past incidents are listed.
INCIDENTS = 10
#: More of one kind than this is no story any more; the newest are told.
ENTRIES = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class PastIncident:
    """An incident, and what ended it."""

    incident: Incident
    #: What someone did between the last try that failed and the one that worked.
    mended_by: Event | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What happened to one mailbox."""

    strip: Timeline
    #: None when it is in order.
    before: BeforeItBroke | None
    #: The newest, newest first.
    incidents: tuple[PastIncident, ...]
    month: Month
    #: What those who did something are called, by address; who is gone has none.
    names: dict[str, str]


def read_story(
    db: Session, deps: Deps, mailbox: Mailbox, window: Window | None, now: datetime
) -> Story:
    """What happened, inside a reading transaction.

    Args:
        window: how far back the strip goes; None chooses so that one sees it break.
    """
    incident = incident_of(db, mailbox.id)
    broke_at = incident.outage_at if incident else mailbox.finding_since
    chosen = window or window_for(broke_at, now)
    past = last_incidents(db, mailbox.id, INCIDENTS)
    events = _events(db, deps, mailbox, now, _since(now, broke_at, past))
    outages = rows.outages_since(db, mailbox.id, first_day(now))
    strip = timeline(
        chosen,
        now,
        broke_at=broke_at,
        outages=outages,
        slots=rows.slots_since(db, mailbox.id, now - chosen.length, chosen),
        events=events,
    )
    counts = board.arrivals_by_day(db, mailbox.id, first_day(now))
    return Story(
        strip=strip,
        before=_before(db, mailbox, broke_at, incident, events) if broke_at else None,
        incidents=tuple(_past(each, events) for each in past),
        month=month(now, counts, outages, [event.at for event in events if event.is_change]),
        names=_names(db, events),
    )


def _since(now: datetime, broke_at: datetime | None, past: Sequence[Incident]) -> datetime:
    """From when on events are told."""
    starts = [first_day(now), now - Window.MONTH.length]
    starts += [broke_at - LOOK_BACK] if broke_at else []
    return min([*starts, *(incident.last_at for incident in past)])


def _before(
    db: Session,
    mailbox: Mailbox,
    broke_at: datetime,
    incident: Incident | None,
    events: Sequence[Event],
) -> BeforeItBroke:
    made_at = rows.made_at(db, mailbox.id)
    turned = incident is not None and incident.began_at > broke_at
    return before_it_broke(
        broke_at,
        (event for event in events if event.code != ROUTINE_CODE),
        turned_at=incident.began_at if incident and turned else None,
        last_success_at=mailbox.last_success_at,
        made_at=made_at,
        log_from=rows.log_begins_at(db) or made_at,
    )


def _past(incident: Incident, events: Sequence[Event]) -> PastIncident:
    ended = incident.ended_at if incident.ended_by is Ending.RECOVERED else None
    between = (
        event
        for event in reversed(events)
        if event.is_change and ended is not None and incident.last_at <= event.at <= ended
    )
    return PastIncident(incident=incident, mended_by=next(between, None))


def _events(
    db: Session, deps: Deps, mailbox: Mailbox, now: datetime, since: datetime
) -> list[Event]:
    """All that was done, and the standstills, the oldest first."""
    # A line that was begun before and repeated since then has a greater id, and is seen.
    above = activity_pages.id_before(db, since)
    own = _read(db, above, OWN_CODES, mailbox.id)
    # Apart, so that a token renewed every hour leaves room for what someone did.
    own += _read(db, above, TOKEN_CODES, mailbox.id)
    events = [event_of(entry) for entry in own]
    configured = [event for event in events if event.code == Code.MAILBOX_CONFIGURED]
    events = [event for event in events if event.facts or event not in configured]
    effective = effective_for(db, deps.providers, mailbox.id)
    host = effective.server.host if effective.server else ""
    if effective.server and effective.server.encryption is not Encryption.NONE:
        trusts = (event_of(entry) for entry in _read(db, above, HOST_CODES))
        events += [event for event in trusts if event.host == host]
    events += _of_office(db, deps, mailbox, host, configured, above)
    events += _standstills(db, now, above, since)
    return sorted(events, key=lambda event: event.at)


def _of_office(
    db: Session, deps: Deps, mailbox: Mailbox, host: str, configured: list[Event], above: int
) -> list[Event]:
    """The office's settings, as far as they held for this mailbox when they were changed."""
    own_now = mailboxes.own_texts(db, mailbox.id)
    known_domain = deps.providers.by_domain(mailbox.address) is not None
    provider = deps.providers.by_host(host)
    changed = [event_of(entry) for entry in _read(db, above, (Code.SETTINGS_CHANGED,))]
    touched = (
        touching(
            event,
            own_keys_at(event.at, own_now, configured),
            known_domain=known_domain,
            provider=provider.key if provider else "",
        )
        for event in changed
    )
    return [event for event in touched if event is not None]


def _standstills(db: Session, now: datetime, above: int, since: datetime) -> list[Event]:
    entries = _read(db, above, SCHEDULER_CODES)
    # It may have been stopped before that, and gone on since.
    entries += activity_pages.entries(db, codes=SCHEDULER_CODES, below=above + 1, limit=1)
    seen = beats.read_heartbeat(db)
    found = standstills(entries, seen.ticked_at if seen else None, now, shortest=STALE_AFTER)
    return [event for event in found if event.at >= since]


def _read(
    db: Session, above: int, codes: Sequence[str], mailbox_id: int | None = None
) -> list[Logged]:
    return activity_pages.entries(
        db,
        mailbox_id=mailbox_id,
        codes=codes,
        minimum=Level.ROUTINE if mailbox_id else Level.INFO,
        above=above,
        limit=ENTRIES,
    )


def _names(db: Session, events: Sequence[Event]) -> dict[str, str]:
    people = (
        staff.find_person_by_email(db, actor)
        for actor in {event.actor for event in events}
        if "@" in actor
    )
    return {person.email: person.name for person in people if person and person.name}
