"""What the troubleshooting checks ask about all mailboxes: a query each, however many there are."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import case, func, select, text
from sqlalchemy.orm import Session

from mailboxadmin.domain.people import Standing
from mailboxadmin.store.tables import (
    ActivityRow,
    LeaseRow,
    MailboxRow,
    RunRow,
    StaffRow,
)
from mailboxadmin.store.tables_mail import FolderRow, MessageRow, ReadChangeRow
from mailboxadmin.store.tables_watch import MailboxFactsRow

#: The newest entries of one code and level that are counted; a storm has no more to tell.
MOST_COUNTED = 1000


class BoxRow(NamedTuple):
    """A mailbox of somebody who is not shut out."""

    id: int
    address: str
    owner_name: str
    state: str
    host_set_by: str | None
    mx_provider: str | None
    #: Of the mailbox; it moves only when a run is committed.
    last_success_at: datetime | None
    #: A run holds it, living or dead.
    held: bool
    #: The folders that the server listed; None while nobody asked.
    listed: list[str] | None


class FolderKnown(NamedTuple):
    """A folder as the last runs left it."""

    id: int
    mailbox_id: int
    name: str
    #: Here and not removed.
    messages: int
    server_count: int
    selection: str | None
    special_use: str | None
    keeps_seen: bool | None
    finding: dict[str, Any] | None
    last_success_at: datetime | None
    uid_validity: int | None


class Cause(NamedTuple):
    """Failures of one cause in the log."""

    #: Of the finding, else of the entries.
    code: str
    mailboxes: int
    times: int
    first_at: datetime
    last_at: datetime
    #: The newest entry of them.
    newest_id: int


class LiveRun(NamedTuple):
    """A run that nobody closed, with its lease."""

    run_id: int
    mailbox_id: int
    address: str
    started_at: datetime
    lease: LeaseRow


#: What was removed is counted out, not filtered out: with a condition on it, SQLite takes the
#: index of all that was not removed, and goes through every message there is.
_HERE = func.sum(case((MessageRow.removed_at.is_(None), 1), else_=0))
WITHOUT_UID = (
    select(MessageRow.mailbox_id, MessageRow.folder_id, _HERE)
    .where(MessageRow.uid.is_(None))
    .group_by(MessageRow.folder_id)
)


def all_boxes(db: Session) -> list[BoxRow]:
    """Every mailbox of somebody who is not shut out, by the owner's name."""
    query = (
        select(
            MailboxRow.id,
            StaffRow.email,
            StaffRow.name,
            MailboxRow.state,
            MailboxRow.host_set_by,
            MailboxRow.mx_provider,
            MailboxRow.last_success_at,
            LeaseRow.mailbox_id.is_not(None),
            MailboxFactsRow.listed_folders,
        )
        .join(StaffRow, StaffRow.id == MailboxRow.staff_id)
        .outerjoin(LeaseRow, LeaseRow.mailbox_id == MailboxRow.id)
        .outerjoin(MailboxFactsRow, MailboxFactsRow.mailbox_id == MailboxRow.id)
        .where(StaffRow.standing != Standing.DISABLED.value)
        .order_by(func.lower(StaffRow.name), StaffRow.email)
    )
    return [BoxRow(*row) for row in db.execute(query)]


def all_folders(db: Session) -> list[FolderKnown]:
    """Every folder that was opened, looked for or found a use for."""
    query = select(
        FolderRow.id,
        FolderRow.mailbox_id,
        FolderRow.name,
        FolderRow.messages,
        FolderRow.server_count,
        FolderRow.selection,
        FolderRow.special_use,
        FolderRow.keeps_seen,
        FolderRow.finding,
        FolderRow.last_success_at,
        FolderRow.uid_validity,
    )
    return [FolderKnown(*row) for row in db.execute(query)]


def causes_above(db: Session, entry_id: int, codes: Sequence[str], minimum: int) -> list[Cause]:
    """The failures logged after that entry by their cause, the most frequent first."""
    values: dict[str, object] = {"above": entry_id, "most": MOST_COUNTED}
    streams = []
    for number, (code, level) in enumerate((c, n) for c in codes for n in (30, 40) if n >= minimum):
        values |= {f"code_{number}": code, f"level_{number}": level}
        streams.append(
            "SELECT * FROM (SELECT id, at, first_at, times, mailbox_id, code, detail FROM activity "
            f"WHERE code = :code_{number} AND level = :level_{number} AND id > :above "
            "ORDER BY id DESC LIMIT :most)"
        )
    query = text(
        "SELECT coalesce(json_extract(detail, '$.finding.code'), json_extract(detail, '$.code'), "
        "code) AS cause, count(DISTINCT mailbox_id), sum(times), min(first_at), max(at), max(id) "
        f"FROM ({' UNION ALL '.join(streams)}) GROUP BY cause ORDER BY 2 DESC, 3 DESC"
    )
    rows = db.execute(query, values)
    return [
        Cause(code, boxes, times, _instant(first), _instant(last), newest)
        for code, boxes, times, first, last, newest in rows
    ]


def count_by_mailbox(db: Session, code: str, level: int, above: int) -> dict[int, int]:
    """Entries of a code and level after that one, by mailbox."""
    query = (
        select(ActivityRow.mailbox_id, func.count())
        .where(ActivityRow.code == code, ActivityRow.level == level, ActivityRow.id > above)
        .group_by(ActivityRow.mailbox_id)
    )
    return {mailbox_id: count for mailbox_id, count in db.execute(query) if mailbox_id is not None}


def waiting_by_mailbox(db: Session) -> dict[int, int]:
    """Clicks that the server has still to be told, by mailbox."""
    query = select(ReadChangeRow.mailbox_id, func.count()).group_by(ReadChangeRow.mailbox_id)
    return {row[0]: row[1] for row in db.execute(query)}


def without_uid(db: Session) -> list[tuple[int, int, int]]:
    """Messages without UID that are not removed: mailbox, folder, how many."""
    return [(box, folder, count) for box, folder, count in db.execute(WITHOUT_UID) if count]


def open_runs(db: Session) -> list[LiveRun]:
    """The runs whose mailbox is held."""
    query = (
        select(RunRow.id, RunRow.mailbox_id, StaffRow.email, RunRow.started_at, LeaseRow)
        .join(LeaseRow, LeaseRow.run_id == RunRow.id)
        .join(MailboxRow, MailboxRow.id == RunRow.mailbox_id)
        .join(StaffRow, StaffRow.id == MailboxRow.staff_id)
        .where(RunRow.finished_at.is_(None))
    )
    return [LiveRun(*row) for row in db.execute(query)]


def _instant(stored: Any) -> datetime:
    """An instant out of a query in SQLite's own words."""
    at = stored if isinstance(stored, datetime) else datetime.fromisoformat(str(stored))
    return at.replace(tzinfo=UTC)
