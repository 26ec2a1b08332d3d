"""Reading the log by the page, newest first, from the place where the last page ended.

A filter is taken apart into streams, each with equal mailbox, code and level:
in the index of such a stream the ids stand in order, so the newest fifty of it
cost the same in a long log as in a short one. The page is the newest of all
streams together.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import literal_column, select, union_all
from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Level, Logged
from mailboxadmin.store.activity_search import search_ids
from mailboxadmin.store.tables import ActivityRow

#: Greater than any id.
NO_BOUND = 2**62


def entries(
    db: Session,
    *,
    mailbox_id: int | None = None,
    codes: Sequence[str] | None = None,
    minimum: Level = Level.ROUTINE,
    words: str = "",
    above: int = 0,
    below: int = NO_BOUND,
    limit: int = 50,
) -> list[Logged]:
    """Entries with ids between `above` and `below` (both excluded), newest first.

    Args:
        codes: only these; None for all.
        minimum: the quietest level.
        words: all of them must be in it; empty for no search.
    """
    levels = [int(level) for level in Level if level >= minimum]
    if words:
        ids = search_ids(
            db,
            words,
            mailbox_id=mailbox_id,
            codes=codes,
            levels=levels,
            above=above,
            below=below,
            limit=limit,
        )
    else:
        ids = _newest(db, _streams(mailbox_id, codes, levels), above, below, limit)
    rows = db.scalars(select(ActivityRow).where(ActivityRow.id.in_(ids)))
    return sorted((_logged(row) for row in rows), key=lambda entry: -entry.id)


def id_before(db: Session, at: datetime) -> int:
    """The greatest id of what was logged before `at`; 0 when nothing was.

    Ids grow with time, so that a period is a range of ids.
    """
    query = select(ActivityRow.id).where(ActivityRow.at < at).order_by(ActivityRow.at.desc())
    return db.scalar(query.limit(1)) or 0


def one_entry(db: Session, entry_id: int) -> Logged | None:
    """The entry of that id."""
    row = db.get(ActivityRow, entry_id)
    return _logged(row) if row else None


def last_change(db: Session, mailbox_id: int, before: datetime) -> Logged | None:
    """The last time that someone changed this mailbox's configuration, before an instant."""
    below = id_before(db, before) + 1
    found = entries(
        db, mailbox_id=mailbox_id, codes=[Code.MAILBOX_CONFIGURED], below=below, limit=1
    )
    return found[0] if found else None


def _streams(
    mailbox_id: int | None, codes: Sequence[str] | None, levels: Sequence[int]
) -> list[dict[str, object]]:
    """The columns that are equal within each stream."""
    if mailbox_id is None and codes is None and len(levels) == len(Level):
        return [{}]
    fixed: dict[str, object] = {} if mailbox_id is None else {"mailbox_id": mailbox_id}
    if codes is None:
        return [{**fixed, "level": level} for level in levels]
    pairs = product(codes, levels)
    return [{**fixed, "code": str(code), "level": level} for code, level in pairs]


def _newest(
    db: Session, streams: list[dict[str, object]], above: int, below: int, limit: int
) -> list[int]:
    if not streams:
        return []
    parts = [_stream(stream, above, below, limit) for stream in streams]
    together = union_all(*(select(part.subquery()) for part in parts))
    query = together.order_by(literal_column("id").desc()).limit(limit)
    return list(db.scalars(query))


def _stream(stream: dict[str, object], above: int, below: int, limit: int) -> Any:
    query = select(ActivityRow.id).where(ActivityRow.id > above, ActivityRow.id < below)
    for column, wanted in stream.items():
        query = query.where(getattr(ActivityRow, column) == wanted)
    return query.order_by(ActivityRow.id.desc()).limit(limit)


def _logged(row: ActivityRow) -> Logged:
    return Logged(
        id=row.id,
        at=row.at,
        level=Level(row.level),
        code=row.code,
        mailbox=row.mailbox,
        mailbox_id=row.mailbox_id,
        actor=row.actor,
        run_id=row.run_id,
        message=row.message,
        detail=row.detail,
        times=row.times,
        first_at=row.first_at,
    )
