"""A database as a value: equal for two that hold the same, however they came to it.

Left out is what may differ between two ways to one state: surrogate keys, the times of
our own doings (but not whether they are set), how many runs and batches it took, and the
entries that tell of runs. `differences` says column by column what is not the same.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code
from mailboxadmin.store.base import Base
from mailboxadmin.store.tables import ActivityRow, IncidentRow, MailboxRow, RunRow
from mailboxadmin.store.tables_filing import ChangeRow
from mailboxadmin.store.tables_mail import (
    FolderRow,
    MessageBytesRow,
    MessageContentsRow,
    MessagePartRow,
    MessageRow,
    ReadChangeRow,
)
from tests.support.office import Office

#: How runs went, a crash among them.
_OF_RUNS = {Code.SYNC_FINISHED, Code.SYNC_INTERRUPTED, Code.SYNC_CANCELLED, Code.SYNC_TIMED_OUT}
#: Written once for each batch: what they count together is compared, not in how many lines.
_OF_BATCHES = {
    Code.MAILBOX_IMPORTED,
    Code.READ_STATUS_BACKFILLED,
    Code.READ_STATUS_CONFLICT,
    Code.READ_STATUS_PULLED,
    Code.READ_STATUS_PUSHED,
    Code.FILING_MOVED,
    Code.FILING_FLAGGED,
    Code.FILING_FAILED,
}
#: What an import found here already is what its killed forerunner stored.
_OF_ATTEMPTS = {"here"}
#: Of our own clock, or a key of another row.
_PASSING = {
    "id",
    "mailbox_id",
    "folder_id",
    "message_id",
    "run_id",
    "incident_id",
    "target_id",
    "asked_id",
    "entry_id",
    "at",
    "first_at",
    "created_at",
    "last_success_at",
    "last_attempt_at",
    "next_attempt_at",
    "outage_at",
    "began_at",
    "last_at",
}
#: Of our own clock, and it matters whether it has come.
_MOMENTS = {
    "clicked_at",
    "configured_at",
    "examined_at",
    "failed_at",
    "imported_at",
    "made_at",
    "no_uid_said_at",
    "refused_at",
    "ended_at",
    "removed_at",
    "searched_at",
}
#: Of these only the number of rows is compared; no lease is left.
_COUNTED = ("staff", "secrets", "mailbox_settings", "settings", "leases")

#: Column and value as text, because None has no order.
Columns = list[tuple[str, str]]
Dump = dict[str, Any]


def dump_of(office: Office) -> Dump:
    """What the office holds."""
    with office.deps.store.read() as db:
        return {
            "mailboxes": sorted(map(_plain, db.scalars(select(MailboxRow)))),
            "incidents": sorted(map(_plain, db.scalars(select(IncidentRow)))),
            "folders": sorted(map(_plain, db.scalars(select(FolderRow)))),
            "folders counted wrong": miscounted(db),
            "messages": sorted(_messages(db)),
            "entries": sorted(_entries(db)),
            "sums": _sums(db),
            "other tables": {name: _count(db, name) for name in _COUNTED},
        }


def miscounted(db: Session) -> list[tuple[str, int, int]]:
    """Folders whose stored count is not that of their rows: name, stored, counted."""
    counted = (
        select(func.count())
        .where(MessageRow.folder_id == FolderRow.id, MessageRow.removed_at.is_(None))
        .scalar_subquery()
    )
    query = select(FolderRow.name, FolderRow.messages, counted)
    return [tuple(row) for row in db.execute(query.where(FolderRow.messages != counted))]


def differences(found: Dump, expected: Dump) -> list[str]:
    """What is not the same, a line each; empty for two that are equal."""
    said: list[str] = []
    for name in expected:
        if not isinstance(expected[name], list):
            said += [
                f"{name}: {key} is {found[name][key]!r} and not {value!r}"
                for key, value in expected[name].items()
                if found[name][key] != value
            ]
            continue
        more, less = _without(found[name], expected[name]), _without(expected[name], found[name])
        said += [f"{name}: {line}" for line in _compared(more, less)]
    return said


def _without(rows: Sequence[Any], others: Iterable[Any]) -> list[Any]:
    """The rows that have no equal among the others, each of which is the equal of one only."""
    left = Counter(map(repr, others))
    rest = []
    for row in rows:
        if left[repr(row)]:
            left[repr(row)] -= 1
        else:
            rest.append(row)
    return rest


def _compared(more: list[Any], less: list[Any]) -> list[str]:
    """Rows that are nearly alike are one row that changed; the others came or are missing."""
    said = []
    for row in more:
        fields = dict(_flat(row))
        near = min(less, key=lambda each: len(set(_flat(each)) ^ fields.items()), default=None)
        if near is None:
            said.append(f"there is one more: {_short(fields)}")
            continue
        less.remove(near)
        wanted = dict(_flat(near))
        said += [
            f"{key} is {fields.get(key, 'missing')[:200]} and not "
            f"{wanted.get(key, 'missing')[:200]} in {_short(fields)}"
            for key in sorted(fields.keys() | wanted.keys())
            if fields.get(key) != wanted.get(key)
        ]
    return [*said, *(f"this is missing: {_short(dict(_flat(row)))}" for row in less)]


def _flat(row: Any) -> Columns:
    """A row's columns, also where it holds more than those."""
    if isinstance(row, list):
        return row
    folder, columns, *rest = row
    return [("folder", folder), *columns, *((f"[{n}]", repr(each)) for n, each in enumerate(rest))]


def _short(fields: dict[str, str]) -> str:
    names = ("folder", "name", "uid", "subject", "code", "detail")
    return ", ".join(f"{name}={fields[name][:120]}" for name in names if name in fields)


def _plain(row: Base | None) -> Columns:
    if row is None:
        return []
    names = sorted(attribute.key for attribute in inspect(type(row)).column_attrs)
    return [(name, _text(name, getattr(row, name))) for name in names if name not in _PASSING]


def _text(name: str, value: object) -> str:
    return repr(value is not None) if name in _MOMENTS else repr(value)


def _messages(db: Session) -> list[tuple[Any, ...]]:
    """Folder, columns, Message-ID, sizes of parts, contents, click, changes, bytes."""
    rows = db.execute(
        select(MessageRow, FolderRow.name, MessageBytesRow.raw, MessageContentsRow, ReadChangeRow)
        .join(FolderRow, FolderRow.id == MessageRow.folder_id)
        .outerjoin(MessageBytesRow, MessageBytesRow.message_id == MessageRow.id)
        .outerjoin(MessageContentsRow, MessageContentsRow.message_id == MessageRow.id)
        .outerjoin(ReadChangeRow, ReadChangeRow.message_id == MessageRow.id)
    )
    found: list[tuple[Any, ...]] = []
    for row, folder, raw, contents, click in rows:
        parts = _parts(db, row.id)
        seen = (row.message_id or "", list(map(len, parts)), _plain(contents), _plain(click))
        changes = [_plain(each) for each in _changes(db, row.id)]
        # No bytes at all are not the same as a message without any.
        whole = raw if raw is not None else b"".join(parts) or b"(not here)"
        found.append((folder, _plain(row), *seen, changes, whole))
    return found


def _changes(db: Session, message_id: int) -> list[ChangeRow]:
    rows = select(ChangeRow).where(ChangeRow.message_id == message_id)
    return list(db.scalars(rows.order_by(ChangeRow.kind)))


def _parts(db: Session, message_id: int) -> list[bytes]:
    rows = select(MessagePartRow.raw).where(MessagePartRow.message_id == message_id)
    return list(db.scalars(rows.order_by(MessagePartRow.number)))


def _entries(db: Session) -> list[Columns]:
    rows = db.scalars(select(ActivityRow).where(ActivityRow.code.not_in(_OF_RUNS)))
    single: list[Columns] = []
    together: dict[str, Counter[str]] = {}
    for row in rows:
        if row.code not in _OF_BATCHES:
            single.append(_plain(row))
            continue
        # An id is no count: of a list, how many it names.
        numbers = {
            key: len(value) if isinstance(value, list) else value
            for key, value in row.detail.items()
            if isinstance(value, int | list) and key not in _OF_ATTEMPTS
        }
        texts = {key: value for key, value in row.detail.items() if isinstance(value, str)}
        of_what = repr((row.code, row.actor, texts))
        together.setdefault(of_what, Counter()).update(numbers)
    return single + [
        [("code", of_what), ("detail", repr(sorted(counts.items())))]
        for of_what, counts in together.items()
    ]


def _sums(db: Session) -> dict[str, int]:
    """What all runs together did: nothing was counted twice and nothing was forgotten."""
    runs = list(db.scalars(select(RunRow)))
    return {
        name: sum(run.counts.get(name, 0) for run in runs)
        for name in ("new", "changed", "removed", "pushed", "quarantined")
    }


def _count(db: Session, table: str) -> int:
    return db.scalar(select(func.count()).select_from(Base.metadata.tables[table])) or 0
