"""All mailboxes at a glance: what needs someone first, then what mends itself, then the rest."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from mailboxadmin.domain.errors import NotFound
from mailboxadmin.domain.mailbox import Glance, Mailbox, State
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.overview.cases import BROKEN, Case, find_cases
from mailboxadmin.services.work.runs import is_live
from mailboxadmin.store import board as rows

HOURS = 24
#: Broken ones on top.
_ORDER = (State.NEEDS_ACTION, State.RETRYING, State.OK, State.NEW, State.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One mailbox on the board."""

    mailbox: Mailbox
    #: Messages that arrived in each of the last 24 hours, oldest first.
    hours: tuple[int, ...]
    #: Its server tells of new mail by itself, to this process.
    live: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The board."""

    #: Someone must act on these.
    needing: tuple[Case, ...]
    #: These are tried again by themselves.
    retrying: tuple[Case, ...]
    #: Broken first, then by name.
    lines: tuple[Line, ...]

    def count(self, *states: State) -> int:
        """How many mailboxes are in one of these states."""
        return sum(line.mailbox.state in states for line in self.lines)

    @property
    def connected(self) -> int:
        """How many mailboxes were configured."""
        return sum(line.mailbox.configured for line in self.lines)

    @property
    def coming(self) -> int:
        """How many of them wait for their first sync."""
        return sum(line.mailbox.awaits_first_sync for line in self.lines)


def list_mailboxes(deps: Deps) -> list[Mailbox]:
    """Every mailbox, by its owner's name."""
    with deps.store.read() as db:
        return rows.all_mailboxes(db, _is_live(deps))


def glance_at_all(deps: Deps) -> list[Glance]:
    """Every mailbox, by its owner's name: only whose it is and how it is."""
    with deps.store.read() as db:
        return rows.all_at_a_glance(db, _is_live(deps))


def names_of_all(deps: Deps) -> list[tuple[int, str, str]]:
    """Id, owner's name and address of every mailbox, by the name, for a list to choose from."""
    with deps.store.read() as db:
        return rows.names_of_all(db)


def mailbox(deps: Deps, mailbox_id: int) -> Mailbox:
    """One mailbox.

    Raises:
        NotFound: there is none of that id.
    """
    with deps.store.read() as db:
        found = rows.one_mailbox(db, mailbox_id, _is_live(deps))
    if found is None:
        raise NotFound("There is no such mailbox.")
    return found


def mailbox_by_address(deps: Deps, address: str) -> Mailbox:
    """The mailbox of the person of that address, in any case.

    Raises:
        NotFound: nobody of that address has one.
    """
    with deps.store.read() as db:
        found = rows.mailbox_of_address(db, address.strip().lower(), _is_live(deps))
    if found is None:
        raise NotFound(f"There is no mailbox of {address}.")
    return found


def count_needing(deps: Deps) -> int:
    """How many cases wait for someone; the same number as the board's, without reading it."""
    with deps.store.read() as db:
        return rows.count_needing(db)


def read_cases(deps: Deps) -> tuple[Case, ...]:
    """The cases as they are now."""
    with deps.store.read() as db:
        broken = rows.mailboxes_in(db, BROKEN, _is_live(deps))
    return find_cases(deps.diagnosis, broken)


def read_board(deps: Deps) -> Board:
    """The board as it is now."""
    now = deps.clock.now()
    hours = [now - timedelta(hours=back) for back in reversed(range(HOURS))]
    with deps.store.read() as db:
        mailboxes = rows.all_mailboxes(db, _is_live(deps))
        arrivals = rows.arrivals_by_hour(db, hours[0].replace(minute=0, second=0, microsecond=0))
    cases = find_cases(deps.diagnosis, mailboxes)
    mailboxes.sort(key=lambda mailbox: _ORDER.index(mailbox.state))
    keys = [f"{hour:%Y-%m-%d %H}" for hour in hours]
    lines = (
        Line(
            mailbox=m,
            hours=tuple(arrivals.get(m.id, {}).get(key, 0) for key in keys),
            live=deps.live.is_live(m.id),
        )
        for m in mailboxes
    )
    return Board(
        needing=tuple(case for case in cases if case.needs_someone),
        retrying=tuple(case for case in cases if not case.needs_someone),
        lines=tuple(lines),
    )


def _is_live(deps: Deps) -> rows.IsLive:
    return partial(is_live, now=deps.clock.now())
