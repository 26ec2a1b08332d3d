"""The list of the inbox, newest first by arrival: from where one was, never by counting lines.

    a folder  ──►  its index, newest first  ─┐
    a folder  ──►  its index, newest first  ─┼─ merged ─► first of its conversation? ─► a page
    a folder  ──►  its index, newest first  ─┘

Each index is read only as far as the page needs it, however many messages there are. Of a
conversation that fills the list for long, no more than `WINDOW` lines are passed by at once.
"""

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, TextClause, and_, exists, literal_column, or_, select, text
from sqlalchemy.orm import Session, aliased

from mailboxadmin.domain.inbox import PAGE_LINES, Asked, Cursor, MailPage, Show
from mailboxadmin.store.inbox_lines import read_lines
from mailboxadmin.store.tables_mail import (
    ATTACHED,
    FLAGGED,
    HERE,
    REMOVED,
    UNREAD,
    MessageRow,
)

#: So many messages are looked at for one page.
WINDOW = 5000

_WORDS = {
    Show.ALL: HERE,
    Show.UNREAD: UNREAD,
    Show.FLAGGED: FLAGGED,
    Show.ATTACHED: ATTACHED,
    Show.REMOVED: REMOVED,
}


class _Place(NamedTuple):
    """A message in the order of the list, the newest first when it is turned round."""

    arrived_at: Any
    id: int
    #: No newer message of its conversation is listed.
    leads: bool

    @property
    def cursor(self) -> Cursor:
        """What follows it."""
        return Cursor(arrived_at=self.arrived_at, id=self.id)


def list_page(db: Session, mailbox_id: int, folder_ids: Sequence[int], asked: Asked) -> MailPage:
    """A page of the messages of those folders, which are that mailbox's."""
    chosen: list[int] = []
    end: _Place | None = None
    more = False
    for place in islice(_merged(db, folder_ids, asked), WINDOW):
        if len(chosen) == PAGE_LINES:
            more = True
            break
        end = place
        if place.leads:
            chosen.append(place.id)
    else:
        more = end is not None and _goes_on(db, folder_ids, asked, end)
    lines = read_lines(db, mailbox_id, chosen, threads=asked.threads)
    return MailPage(lines=lines, next=end.cursor if more and end else None)


def _goes_on(db: Session, folder_ids: Sequence[int], asked: Asked, last: _Place) -> bool:
    """Whether anything follows the last message that was looked at."""
    further = Asked(folder_id=None, show=asked.show, before=last.cursor, threads=False)
    return next(_merged(db, folder_ids, further), None) is not None


def _merged(db: Session, folder_ids: Sequence[int], asked: Asked) -> Iterator[_Place]:
    streams = [_stream(db, folder_id, asked) for folder_id in folder_ids]
    return heapq.merge(*streams, reverse=True)


def _stream(db: Session, folder_id: int, asked: Asked) -> Iterator[_Place]:
    """The messages of a folder, read from the database one by one as they are taken."""
    query = (
        select(MessageRow.arrived_at, MessageRow.id, _leads(asked))
        .where(MessageRow.folder_id == folder_id, _as_shown(asked.show))
        .order_by(MessageRow.arrived_at.desc(), MessageRow.id.desc())
        .limit(WINDOW + 1)
    )
    if asked.before:
        at, row_id = asked.before.arrived_at, asked.before.id
        query = query.where(
            MessageRow.arrived_at <= at,
            or_(MessageRow.arrived_at < at, MessageRow.id < row_id),
        )
    return (_Place(*row) for row in db.connection().execute(query))


def _as_shown(show: Show) -> TextClause:
    # As it stands: compared with true, SQLite would not see that an index holds just these.
    return text(_WORDS[show])


def _leads(asked: Asked) -> ColumnElement[bool]:
    if not asked.threads or asked.show is Show.REMOVED:
        return literal_column("1")
    newer = aliased(MessageRow, name="newer")
    later = and_(
        newer.mailbox_id == MessageRow.mailbox_id,
        newer.thread_id == MessageRow.thread_id,
        newer.thread_id.is_not(None),
        newer.removed_at.is_(None),
        newer.arrived_at >= MessageRow.arrived_at,
        or_(newer.arrived_at > MessageRow.arrived_at, newer.id > MessageRow.id),
        *_same_part(newer, asked),
    )
    return ~exists(select(1).where(later).correlate(MessageRow))


def _same_part(newer: type[MessageRow], asked: Asked) -> Iterator[ColumnElement[bool]]:
    """Only what the list itself shows leads a conversation in it."""
    if asked.folder_id is not None:
        yield newer.folder_id == asked.folder_id
    if asked.show is Show.UNREAD:
        yield newer.seen.is_(False)
    if asked.show is Show.FLAGGED:
        yield newer.flags.contains("\\Flagged", autoescape=True)
    if asked.show is Show.ATTACHED:
        yield newer.attached.is_(True)
