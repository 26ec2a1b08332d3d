"""How the ways on which people are told fare: noted at every try, told where admins look."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level
from mailboxadmin.domain.delivery import Channel, DeliveryFacts, Stage, Trouble
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.telling import GIVE_UP_AFTER, MOST_REFUSED, next_try
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.routes import channel_of, set_up
from mailboxadmin.store import notices as rows
from mailboxadmin.store.activity import repeat_entry
from mailboxadmin.store.tables_notices import ChannelRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """A way on which people are told, as the settings page shows it."""

    channel: Channel
    set_up: bool
    #: Why the last try failed; None when it did not.
    finding: Finding | None
    #: Since when nothing gets through; None when it does.
    failed_since: datetime | None
    #: How often it was tried since then.
    failures: int
    #: When it is tried again by itself; None when nothing waits, or `held`.
    next_try_at: datetime | None
    #: It waits for a change or a test: the server counts refused sign-ins.
    held: bool
    succeeded_at: datetime | None
    waiting: int
    #: In the last day.
    given_up: int


def read_channels(deps: Deps) -> tuple[ChannelView, ...]:
    """Every way, whether it is set up or not."""
    now = deps.clock.now()
    with deps.store.read() as db:
        known, there = rows.all_channels(db), set_up(db)
        return tuple(
            _view(db, way, known.get(way.value), now, set_up=way in there) for way in Channel
        )


def read_delivery_faults(deps: Deps) -> tuple[ChannelView, ...]:
    """The ways on which nobody can be told now, or some message was given up in the last day."""
    return tuple(
        view for view in read_channels(deps) if view.set_up and (view.finding or view.given_up)
    )


def note_success(db: Session, channel: Channel, now: datetime, wrong: Finding | None) -> None:
    """It was taken.

    Args:
        wrong: what kept some of the recipients from it; None when all have it.
    """
    row = rows.channel_row(db, channel.value)
    row.tried_at = row.succeeded_at = now
    row.failures, row.held, row.next_try_at = 0, False, None
    row.finding = wrong.as_json() if wrong else None
    row.failed_since = (row.failed_since or now) if wrong else None
    if not wrong:
        row.entry_id = None


def note_failure(
    db: Session, facts: DeliveryFacts, finding: Finding, now: datetime, about: str
) -> None:
    """It was not taken: when it is tried again, and one line in the log, however often.

    Args:
        about: the subject of what was to be told; empty for a sign of life.
    """
    row = rows.channel_row(db, facts.channel.value)
    row.tried_at = now
    row.failed_since = row.failed_since or now
    row.failures += 1
    row.finding = finding.as_json()
    if not is_about_one(facts):
        row.next_try_at = next_try(row.failures, now)
    row.held = facts.trouble is Trouble.SIGN_IN and row.failures >= MOST_REFUSED
    row.entry_id = repeat_entry(db, row.entry_id, _entry(facts, finding, about), now)


def is_about_one(facts: DeliveryFacts) -> bool:
    """Whether another message may be taken all the same."""
    return facts.stage is Stage.HAND_OVER and facts.trouble is Trouble.REFUSED


def try_changed(db: Session, changed: Iterable[str]) -> None:
    """Try at once what waits, on each way whose settings were changed.

    Args:
        changed: the keys.
    """
    for way in {channel_of(key) for key in changed} - {None}:
        assert way is not None
        rows.try_at_once(db, way.value)


def _view(
    db: Session, way: Channel, row: ChannelRow | None, now: datetime, *, set_up: bool
) -> ChannelView:
    on_way = rows.outgoing(db, way.value, now - GIVE_UP_AFTER)
    row = row or ChannelRow(channel=way.value, failures=0, held=False)
    return ChannelView(
        channel=way,
        set_up=set_up,
        finding=Finding.from_json(row.finding) if row.finding else None,
        failed_since=row.failed_since,
        failures=row.failures,
        next_try_at=row.next_try_at if on_way.waiting and not row.held else None,
        held=row.held,
        succeeded_at=row.succeeded_at,
        waiting=on_way.waiting,
        given_up=on_way.given_up,
    )


def _entry(facts: DeliveryFacts, finding: Finding, about: str) -> Entry:
    detail: dict[str, object] = {"channel": facts.channel.value, "finding": finding.as_json()}
    return Entry(
        code=Code.NOTICE_FAILED,
        level=Level.WARNING,
        message=finding.summary,
        actor=SCHEDULER,
        detail=detail | ({"about": about} if about else {}),
    )
