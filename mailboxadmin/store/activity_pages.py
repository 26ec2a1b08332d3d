"""Reading the log by the page, newest first, from the place where the last page ended.

A filter is taken apart into streams, each with equal mailbox, code and level:
in the index of such a stream the ids stand in order, so the newest fifty of it
cost the same in a long log as in a short one. The page is the newest of all
streams together.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import product

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Level, Logged
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
    if words:
        ids = search_ids(
            db,
            words,
            mailbox_id=mailbox_id,
            codes=codes,
            minimum=minimum,
            above=above,
            below=below,
            limit=limit,
        )
    else:
        levels = [int(level) for level in Level if level >= minimum]
        ids = _newest(db, _streams(mailbox_id, codes, levels), above, below, limit)
    rows = db.scalars(select(ActivityRow).where(ActivityRow.id.in_(ids)))
    return sorted((_logged(row) for row in rows), key=lambda entry: -entry.id)


def id_before(db: Session, at: datetime) -> int:
    """The greatest id of what was logged before `at`; 0 when nothing was.

    Ids grow with time, so that a period is a range of ids.
    """
    query = select(ActivityRow.id).where(ActivityRow.at < at).order_by(ActivityRow.at.desc())
    return db.scalar(query.limit(1)) or 0


def oldest_at(db: Session) -> datetime | None:
    """When the oldest entry that is kept was written; None when there is none."""
    return db.scalar(select(ActivityRow.at).order_by(ActivityRow.id).limit(1))


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
    values: dict[str, object] = {"above": above, "below": below, "limit": limit}
    parts = [_stream(number, stream, values) for number, stream in enumerate(streams)]
    # As text: building dozens of streams out of expressions costs more than reading them.
    together = " UNION ALL ".join(f"SELECT id FROM ({part}) AS stream" for part in parts)
    return list(db.scalars(text(f"{together} ORDER BY id DESC LIMIT :limit"), values))


def _stream(number: int, stream: dict[str, object], values: dict[str, object]) -> str:
    """The newest ids of one stream; its values are added to `values`."""
    wheres = ["id > :above", "id < :below"]
    for column, wanted in stream.items():
        values[f"{column}_{number}"] = wanted
        wheres.append(f"{column} = :{column}_{number}")
    where = " AND ".join(wheres)
    return f"SELECT id FROM activity WHERE {where} ORDER BY id DESC LIMIT :limit"


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
