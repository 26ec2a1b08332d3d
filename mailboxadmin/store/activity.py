"""The log's rows: written once, and moved to the top when the same failure comes again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Entry
from mailboxadmin.store.tables import ActivityRow, MailboxRow, StaffRow


def add_entry(db: Session, entry: Entry, now: datetime) -> int:
    """Write one line; its id."""
    return _insert(db, entry, now, first_at=now, times=1)


def add_entries(db: Session, entries: Sequence[Entry], now: datetime) -> None:
    """Write many lines at once, in their order."""
    addresses = {each: _address(db, each) for each in {entry.mailbox_id for entry in entries}}
    rows = [
        _columns(entry, addresses[entry.mailbox_id], now, first_at=now, times=1)
        for entry in entries
    ]
    if rows:
        db.connection().execute(insert(ActivityRow), rows)


def replace_entry(db: Session, previous_id: int | None, entry: Entry, now: datetime) -> int:
    """Write a line in place of one that says less of the same; its id, which is a new one."""
    previous = db.get(ActivityRow, previous_id) if previous_id is not None else None
    if previous is not None:
        db.delete(previous)
        db.flush()
    return add_entry(db, entry, now)


def repeat_entry(db: Session, previous_id: int | None, entry: Entry, now: datetime) -> int:
    """Write a failure that may have come before: one line with a count, at the top; its id.

    The old line is replaced rather than changed, so that ids stay in the order of time and
    a page that was read to some id never misses the repeat.
    """
    previous = db.get(ActivityRow, previous_id) if previous_id is not None else None
    if previous is None:
        return add_entry(db, entry, now)
    times, first_at = previous.times + 1, previous.first_at
    db.delete(previous)
    db.flush()
    return _insert(db, entry, now, first_at=first_at, times=times)


def last_like(db: Session, entry: Entry, since: datetime) -> int | None:
    """The last line since then that says the same of the same mailbox, by the same actor."""
    query = select(ActivityRow.id).where(
        ActivityRow.mailbox_id == entry.mailbox_id,
        ActivityRow.code == entry.code.value,
        ActivityRow.level == int(entry.level),
        ActivityRow.actor == entry.actor,
        ActivityRow.message == entry.message,
        ActivityRow.at >= since,
    )
    return db.scalar(query.order_by(ActivityRow.id.desc()).limit(1))


def details_since(db: Session, code: Code, since: datetime) -> list[dict[str, Any]]:
    """The details of all lines of that code from then on."""
    query = select(ActivityRow.detail).where(
        ActivityRow.code == code.value, ActivityRow.at >= since
    )
    return list(db.scalars(query))


def was_told(db: Session, mailbox_id: int, run_id: int, code: Code) -> bool:
    """Whether the log has such a line of that run."""
    query = select(ActivityRow.id).where(
        ActivityRow.mailbox_id == mailbox_id,
        ActivityRow.code == code.value,
        ActivityRow.run_id == run_id,
    )
    return db.scalar(query.limit(1)) is not None


def _insert(db: Session, entry: Entry, now: datetime, *, first_at: datetime, times: int) -> int:
    address = _address(db, entry.mailbox_id)
    row = ActivityRow(**_columns(entry, address, now, first_at=first_at, times=times))
    db.add(row)
    db.flush()
    return row.id


def _columns(
    entry: Entry, address: str | None, now: datetime, *, first_at: datetime, times: int
) -> dict[str, Any]:
    return {
        "at": now,
        "level": int(entry.level),
        "code": entry.code.value,
        "mailbox_id": entry.mailbox_id,
        "mailbox": address,
        "actor": entry.actor,
        "run_id": entry.run_id,
        "message": entry.message,
        "detail": entry.detail,
        "times": times,
        "first_at": first_at,
    }


def _address(db: Session, mailbox_id: int | None) -> str | None:
    if mailbox_id is None:
        return None
    owner = select(StaffRow.email).join(MailboxRow, MailboxRow.staff_id == StaffRow.id)
    return db.scalar(owner.where(MailboxRow.id == mailbox_id))
