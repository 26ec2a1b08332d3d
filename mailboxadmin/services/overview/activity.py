"""Reading the log: filtered, by the page, or all of it in pieces."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Level, Logged
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.machine.mending import ask
from mailboxadmin.store import activity_pages as rows

PAGE = 50
#: Entries that are read at once when all are wanted.
PIECE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is wanted of the log; everything unless it says otherwise."""

    mailbox_id: int | None = None
    #: A code, or the beginning of several: `sync.` or `sync`; empty for all.
    code: str = ""
    #: The quietest level.
    level: Level = Level.ROUTINE
    #: Logged at this instant or later.
    since: datetime | None = None
    #: Words that must all be in it.
    text: str = ""

    @property
    def codes(self) -> list[str] | None:
        """The codes that begin as `code` says; None for all."""
        return [code.value for code in Code if code.startswith(self.code)] if self.code else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some entries, newest first."""

    entries: tuple[Logged, ...]
    #: Where the older ones begin: `before_id` of the next page; None when there are none.
    next_before: int | None


def read_page(
    deps: Deps,
    wanted: Filter,
    *,
    before_id: int | None = None,
    after_id: int | None = None,
    limit: int = PAGE,
) -> Page:
    """The newest entries, or those older than `before_id`, or those newer than `after_id`.

    Both may be any numbers; no entry has an id beyond `NO_BOUND`.
    """
    below = min(max(before_id or rows.NO_BOUND, 0), rows.NO_BOUND)
    above = min(max(after_id or 0, 0), rows.NO_BOUND)
    # One more than is shown tells whether there are older ones.
    found = _read(deps, wanted, below, above, limit + 1)
    shown = tuple(found[:limit])
    return Page(entries=shown, next_before=shown[-1].id if len(found) > limit else None)


def iter_entries(deps: Deps, wanted: Filter) -> Iterator[Logged]:
    """All entries that are wanted, newest first, in pieces: no transaction stays open between."""
    below = rows.NO_BOUND
    while True:
        found = _read(deps, wanted, below, 0, PIECE)
        yield from found
        if len(found) < PIECE:
            return
        below = found[-1].id


def _read(deps: Deps, wanted: Filter, below: int, above: int, limit: int) -> list[Logged]:
    def look() -> list[Logged]:
        with deps.store.read() as db:
            return _look(db, wanted, below, above, limit)

    return ask(deps, look)


def _look(db: Session, wanted: Filter, below: int, above: int, limit: int) -> list[Logged]:
    if wanted.since is not None:
        above = max(above, rows.id_before(db, wanted.since))
    return rows.entries(
        db,
        mailbox_id=wanted.mailbox_id,
        codes=wanted.codes,
        minimum=wanted.level,
        words=wanted.text,
        above=above,
        below=below,
        limit=limit,
    )
