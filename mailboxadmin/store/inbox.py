"""The list of the inbox, newest first by arrival: from where one was, never by counting lines.

    a folder  ──►  its index, newest first  ─┐
    a folder  ──►  its index, newest first  ─┼─ merged ─► first of its conversation? ─► a page
    a folder  ──►  its index, newest first  ─┘

Each index is read only as far as the page needs it, however many messages there are. Of a
conversation that fills the list for long, no more than `WINDOW` lines are passed by at once.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    TextClause,
    and_,
    exists,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session, aliased

from mailboxadmin.domain.filing import Kind
from mailboxadmin.domain.inbox import PAGE_LINES, Asked, Cursor, MailPage, Show
from mailboxadmin.store.inbox_lines import read_lines
from mailboxadmin.store.moves import moving
from mailboxadmin.store.slices import slices
from mailboxadmin.store.tables_filing import ChangeRow
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Which part of the mail is listed."""

    folder_ids: Sequence[int]
    asked: Asked
    #: Messages that are shown in another folder than the server has them in: in which.
    moving: Mapping[int, int]


def list_page(db: Session, mailbox_id: int, folder_ids: Sequence[int], asked: Asked) -> MailPage:
    """A page of the messages of those folders, which are that mailbox's."""
    chosen: list[int] = []
    end: _Place | None = None
    more = False
    on_the_way = () if asked.show is Show.REMOVED else moving(db, mailbox_id)
    places = {each.message_id: each.target_id for each in on_the_way}
    part = _Part(folder_ids=folder_ids, asked=asked, moving=places)
    for place in islice(_merged(db, part), WINDOW):
        if len(chosen) == PAGE_LINES:
            more = True
            break
        end = place
        if place.leads:
            chosen.append(place.id)
    else:
        more = end is not None and _goes_on(db, part, end)
    lines = read_lines(db, mailbox_id, chosen, threads=asked.threads)
    return MailPage(lines=lines, next=end.cursor if more and end else None)


def _goes_on(db: Session, part: _Part, last: _Place) -> bool:
    """Whether anything follows the last message that was looked at."""
    further = Asked(folder_id=None, show=part.asked.show, before=last.cursor, threads=False)
    return next(_merged(db, replace(part, asked=further)), None) is not None


def _merged(db: Session, part: _Part) -> Iterator[_Place]:
    streams = [_stream(db, part, MessageRow.folder_id == each) for each in part.folder_ids]
    if not part.moving:
        return heapq.merge(*streams, reverse=True)
    # What is on its way is shown where it goes.
    staying = [(each for each in one if each.id not in part.moving) for one in streams]
    coming = [row_id for row_id, folder in part.moving.items() if folder in part.folder_ids]
    arriving = [_stream(db, part, MessageRow.id.in_(some)) for some in slices(coming)]
    return heapq.merge(*staying, *arriving, reverse=True)


def _stream(db: Session, part: _Part, which: ColumnElement[bool]) -> Iterator[_Place]:
    """Messages, read from the database one by one as they are taken."""
    asked = part.asked
    query = (
        select(MessageRow.arrived_at, MessageRow.id, _leads(part))
        .where(which, _as_shown(asked.show))
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


def _on_the_way() -> Select[int]:
    return select(ChangeRow.message_id).where(
        ChangeRow.kind == Kind.MOVE, ChangeRow.failed_at.is_(None)
    )


def _as_shown(show: Show) -> TextClause:
    # As it stands: compared with true, SQLite would not see that an index holds just these.
    return text(_WORDS[show])


def _leads(part: _Part) -> ColumnElement[bool]:
    asked = part.asked
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
        *_same_part(newer, part),
    )
    return ~exists(select(1).where(later).correlate(MessageRow))


def _same_part(newer: type[MessageRow], part: _Part) -> Iterator[ColumnElement[bool]]:
    """Only what the list itself shows leads a conversation in it."""
    asked = part.asked
    lies_there: ColumnElement[bool] = newer.folder_id.in_(part.folder_ids)
    if part.moving:
        moved = _on_the_way()
        comes_there = newer.id.in_(moved.where(ChangeRow.target_id.in_(part.folder_ids)))
        lies_there = or_(and_(lies_there, newer.id.not_in(moved)), comes_there)
    yield lies_there
    if asked.show is Show.UNREAD:
        yield newer.seen.is_(False)
    if asked.show is Show.FLAGGED:
        yield newer.flagged.is_(True)
    if asked.show is Show.ATTACHED:
        yield newer.attached.is_(True)
