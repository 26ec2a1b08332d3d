"""Searching one mailbox's mail, for its owner: newest first, in pages, with marks."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from mailboxadmin.domain.mail_query import Query
from mailboxadmin.domain.marking import Segment, marked, snippet
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.machine.mending import ask
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.store import found_messages as rows
from mailboxadmin.store.mail_search import Found, is_whole, matching

SNIPPET_CHARS = 200
MOST = 200
#: Messages that fit the words are looked at in portions, whether they are unread and still there,
#: and so many portions for one page; then the page is short, and goes on where it was.
PORTION = 500
PORTIONS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A message that was found."""

    id: int
    #: Where the server has it, as far as we know, and the folder that it is to be moved to.
    folder: str
    moving_to: str | None
    #: False: it was moved there, and what became of it since is not known here.
    synced: bool
    #: What was found in them is marked; the others are one segment.
    subject: tuple[Segment, ...]
    sender: tuple[Segment, ...]
    #: Of the text, around what was found, or its beginning; of attachments, the names that fit.
    snippet: tuple[Segment, ...]
    attachments: tuple[tuple[Segment, ...], ...]
    #: The Date header, else the arrival at the server.
    date: datetime
    seen: bool
    flagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of what was found."""

    hits: tuple[Hit, ...]
    #: Give it to go on; None when there is no more. A page may be short and go on all the same.
    next_before: int | None
    #: False while some of the mailbox's mail waits for the index.
    whole: bool


def search_mail(
    deps: Deps,
    mailbox_id: int,
    query: Query,
    *,
    before: int | None = None,
    limit: int = 50,
) -> Page:
    """Messages of one mailbox, and never of another, that fit; those on the server only.

    Args:
        before: the `next_before` of the page before; anything else is harmless.

    An index that is damaged is begun anew, and the page says that it is not whole.

    Raises:
        StoreUnavailable: the database cannot be read.
    """
    limit = max(1, min(limit, MOST))
    return ask(deps, lambda: _search(deps, mailbox_id, query, before, limit))


def _search(deps: Deps, mailbox_id: int, query: Query, before: int | None, limit: int) -> Page:
    with deps.store.read() as db:
        whole = is_whole(db, mailbox_id)
        if query.is_empty:
            return Page(hits=(), next_before=None, whole=whole)
        found, next_before = _look(db, mailbox_id, query, before, limit)
        messages = rows.found_messages(db, mailbox_id, [each.id for each in found])
        synced = effective_for(db, deps.providers, mailbox_id).folders if messages else ()
    there = (messages[each.id] for each in found if each.id in messages)
    hits = tuple(_hit(each, query, synced) for each in there)
    return Page(hits=hits, next_before=next_before, whole=whole)


def _look(
    db: Session, mailbox_id: int, query: Query, before: int | None, limit: int
) -> tuple[list[Found], int | None]:
    """Up to `limit` that fit, and where to go on."""
    since, until = _start_of(query.after), _start_of(query.before)
    kept: list[Found] = []
    # Nearly all that fit are shown, so that one more than a page is enough at first.
    size = PORTION if query.unread else limit + 1
    for _ in range(PORTIONS):
        portion = matching(
            db, mailbox_id, query, since=since, until=until, below=before, limit=size
        )
        shown = rows.shown_among(db, mailbox_id, [each.id for each in portion], unread=query.unread)
        kept += [each for each in portion if each.id in shown]
        if len(kept) > limit:
            return kept[:limit], kept[limit - 1].position
        if len(portion) < size:
            return kept, None
        before, size = portion[-1].position, PORTION
    return kept, before


def _start_of(day: date | None) -> datetime | None:
    """The first instant of a day in this machine's zone."""
    if day is None:
        return None
    try:
        return datetime.combine(day, time.min).astimezone(UTC)
    except (OverflowError, ValueError, OSError):
        # Year 1 or 9999, where zones lead beyond the calendar.
        return datetime.combine(day, time.min, tzinfo=UTC)


def _hit(row: rows.FoundMessage, query: Query, synced: Container[str]) -> Hit:
    anywhere = query.words
    names = (marked(name, anywhere) for name in row.attachments)
    return Hit(
        id=row.id,
        folder=row.folder,
        moving_to=row.moving_to,
        synced=row.folder in synced,
        subject=marked(row.subject, (*anywhere, *query.subject)),
        sender=marked(row.sender, (*anywhere, *query.sender)),
        snippet=snippet(row.text, anywhere, SNIPPET_CHARS),
        attachments=tuple(name for name in names if any(piece.marked for piece in name)),
        date=row.date,
        seen=row.seen,
        flagged=row.flagged,
    )
