"""One mailbox and its past: what its page shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Level, Logged
from mailboxadmin.domain.errors import NotFound
from mailboxadmin.domain.folder import FolderState
from mailboxadmin.domain.mailbox import Encryption, Mailbox
from mailboxadmin.domain.run import Progress
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.effective import effective_for
from mailboxadmin.services.read_status import Unsent, unsent_clicks
from mailboxadmin.services.runs import is_live
from mailboxadmin.services.settings import office_values
from mailboxadmin.store import activity_pages, board, runs
from mailboxadmin.store.contents import count_waiting

DAYS = 30
RUNS = 8
ENTRIES = 10
#: More failures than this in a month paint no more days.
FAILURES = 500


class Health(StrEnum):
    """How a day went."""

    OK = "ok"
    #: It could not be read for a while, and mended itself.
    WAIT = "wait"
    #: Someone had to act.
    BAD = "bad"
    #: No mail, and nothing wrong.
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of a mailbox, in this machine's zone."""

    date: date
    #: Messages that arrived.
    count: int
    health: Health
    #: Someone changed its configuration.
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A mailbox and its past."""

    mailbox: Mailbox
    folders: tuple[FolderState, ...]
    #: Messages that are listed and whose text was not read yet.
    unexamined: int
    #: The names of those that are synced.
    wanted: tuple[str, ...]
    #: The last thirty days, oldest first.
    days: tuple[Day, ...]
    #: The newest runs, newest first.
    runs: tuple[Progress, ...]
    #: The newest entries of its log, newest first, without the routine ones.
    entries: tuple[Logged, ...]
    #: The last change of its configuration before it broke; None when it is fine or none is known.
    last_change: Logged | None
    encryption: Encryption
    #: Whom to ask in this office; empty when nobody was named.
    contact: str
    #: What was marked here and waits to be sent.
    unsent: Unsent


def read_history(deps: Deps, mailbox_id: int) -> History:
    """The mailbox and its past.

    Raises:
        NotFound: there is none of that id.
    """
    now = deps.clock.now()
    with deps.store.read() as db:
        mailbox = board.one_mailbox(db, mailbox_id, partial(is_live, now=now))
        if mailbox is None:
            raise NotFound("There is no such mailbox.")
        since = mailbox.finding_since
        in_force = effective_for(db, deps.providers, mailbox_id)
        server = in_force.server
        newest = activity_pages.entries(
            db, mailbox_id=mailbox_id, minimum=Level.INFO, limit=ENTRIES
        )
        return History(
            mailbox=mailbox,
            folders=board.folder_states(db, mailbox_id),
            unexamined=count_waiting(db, mailbox_id),
            wanted=in_force.folders,
            days=_days(db, mailbox, now),
            runs=runs.recent_runs(db, mailbox_id, RUNS),
            entries=tuple(newest),
            last_change=activity_pages.last_change(db, mailbox_id, since) if since else None,
            encryption=server.encryption if server else Encryption.SSL,
            contact=str(office_values(db)["help_contact"] or ""),
            unsent=unsent_clicks(db, deps, mailbox_id),
        )


def _days(db: Session, mailbox: Mailbox, now: datetime) -> tuple[Day, ...]:
    today = now.astimezone().date()
    dates = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    start = now - timedelta(days=DAYS)
    counts = board.arrivals_by_day(db, mailbox.id, start)
    above = activity_pages.id_before(db, start)
    read = activity_pages.entries
    codes = [Code.SYNC_FAILED, Code.SYNC_TIMED_OUT]
    failures = read(
        db, mailbox_id=mailbox.id, codes=codes, minimum=Level.WARNING, above=above, limit=FAILURES
    )
    changes = read(db, mailbox_id=mailbox.id, codes=[Code.MAILBOX_CONFIGURED], above=above)
    health = _health(failures, mailbox, now)
    changed = {entry.at.astimezone().date() for entry in changes}
    return tuple(
        Day(
            date=each,
            count=counts.get(each.isoformat(), 0),
            health=health.get(each, Health.OK if counts.get(each.isoformat()) else Health.NONE),
            changed=each in changed,
        )
        for each in dates
    )


def _health(failures: Iterable[Logged], mailbox: Mailbox, now: datetime) -> dict[date, Health]:
    """The days that did not go well; a repeated failure lasts from its first to its last time."""
    spans = [(entry.first_at, entry.at, entry.level is Level.ERROR) for entry in failures]
    if mailbox.finding and mailbox.finding_since:
        spans.append((mailbox.finding_since, now, not mailbox.finding.temporary))
    health: dict[date, Health] = {}
    for first, last, bad in spans:
        for each in _dates(first, last):
            if bad or each not in health:
                health[each] = Health.BAD if bad else Health.WAIT
    return health


def _dates(first: datetime, last: datetime) -> Iterable[date]:
    day, end = first.astimezone().date(), last.astimezone().date()
    while day <= end:
        yield day
        day += timedelta(days=1)
