"""A database as a value: equal for two that hold the same, however they came to it.

Left out is what may differ between two ways to one state: surrogate keys, the times of
our own doings, how many runs it took, and the entries that tell of runs.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code
from mailboxadmin.store.base import Base
from mailboxadmin.store.tables import (
    ActivityRow,
    FolderRow,
    MailboxRow,
    MessageBytesRow,
    MessageRow,
    RunRow,
)
from tests.support.office import Office

#: How runs went, a crash among them.
_OF_RUNS = {Code.SYNC_FINISHED, Code.SYNC_INTERRUPTED, Code.SYNC_CANCELLED, Code.SYNC_TIMED_OUT}
#: Of our own clock, or a key of another row.
_PASSING = {
    "id",
    "mailbox_id",
    "folder_id",
    "message_id",
    "run_id",
    "failure_entry_id",
    "at",
    "first_at",
    "created_at",
    "last_success_at",
    "last_attempt_at",
    "next_attempt_at",
}

Dump = dict[str, Any]


def dump_of(office: Office) -> Dump:
    """What the office holds."""
    with office.deps.store.read() as db:
        return {
            "mailboxes": sorted(map(_plain, db.scalars(select(MailboxRow)))),
            "folders": sorted(map(_plain, db.scalars(select(FolderRow)))),
            "messages": sorted(_messages(db)),
            "entries": sorted(_entries(db)),
            "sums": _sums(db),
            "other tables": {name: count(db) for name, count in _OTHERS.items()},
        }


def _plain(row: Base) -> list[tuple[str, str]]:
    names = sorted(attribute.key for attribute in inspect(type(row)).column_attrs)
    # As text, because None has no order.
    return [(name, repr(getattr(row, name))) for name in names if name not in _PASSING]


def _messages(db: Session) -> list[tuple[str, list[tuple[str, str]], str | None, bytes]]:
    rows = db.execute(
        select(MessageRow, FolderRow.name, MessageBytesRow.raw)
        .join(FolderRow, FolderRow.id == MessageRow.folder_id)
        .join(MessageBytesRow, MessageBytesRow.message_id == MessageRow.id)
    )
    return [(folder, _plain(row), row.message_id or "", raw) for row, folder, raw in rows]


def _entries(db: Session) -> list[list[tuple[str, str]]]:
    rows = db.scalars(select(ActivityRow).where(ActivityRow.code.not_in(_OF_RUNS)))
    return [_plain(row) for row in rows]


def _sums(db: Session) -> dict[str, int]:
    """What all runs together did: nothing was counted twice and nothing was forgotten."""
    runs = list(db.scalars(select(RunRow)))
    return {
        name: sum(run.counts.get(name, 0) for run in runs)
        for name in ("new", "changed", "removed", "quarantined")
    }


def _rows_of(table: str) -> Callable[[Session], int]:
    return lambda db: len(db.execute(select(Base.metadata.tables[table])).all())


#: Of these only the number of rows is compared; no lease is left, no half message either.
_OTHERS = {
    name: _rows_of(name)
    for name in ("staff", "secrets", "mailbox_settings", "settings", "leases", "message_bytes")
}
