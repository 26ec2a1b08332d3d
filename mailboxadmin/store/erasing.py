"""Everything that is stored of one mailbox, counted and deleted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, delete, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from mailboxadmin.domain.mailbox import State
from mailboxadmin.store.mailboxes import mailbox_row
from mailboxadmin.store.overwriting import overwriting
from mailboxadmin.store.tables import ActivityRow, CheckRow, MailboxRow, RunRow, SecretRow
from mailboxadmin.store.tables_inbox import ThreadLinkRow
from mailboxadmin.store.tables_mail import FolderRow, MessageRow
from mailboxadmin.store.tables_notices import NoticeRow, ToldCaseRow
from mailboxadmin.store.tables_oauth import EndedGrantRow

#: What may be too much for one transaction; all the rest goes with the mailbox's row.
MANY = (MessageRow, ThreadLinkRow, RunRow, ActivityRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """How much there is of a mailbox."""

    messages: int
    #: Of the messages.
    bytes: int
    folders: int
    #: Passwords and tokens.
    secrets: int
    #: Lines of the activity log.
    entries: int


def count_stored(db: Session, mailbox_id: int) -> Stored:
    """How much there is."""

    def count(what: Any) -> int:
        return db.scalar(select(func.count()).where(what == mailbox_id)) or 0

    size = select(func.sum(MessageRow.size)).where(MessageRow.mailbox_id == mailbox_id)
    return Stored(
        messages=count(MessageRow.mailbox_id),
        bytes=db.scalar(size) or 0,
        folders=count(FolderRow.mailbox_id),
        secrets=count(SecretRow.mailbox_id),
        entries=count(ActivityRow.mailbox_id),
    )


def let_rest(db: Session, mailbox_id: int) -> None:
    """Nothing opens the mailbox any more, and nothing is begun with it.

    Raises:
        NotFound: there is no such mailbox.
    """
    row = mailbox_row(db, mailbox_id)
    row.state, row.next_attempt_at, row.configured_at = State.NEW.value, None, None
    with overwriting(db):
        db.flush()
        db.execute(delete(SecretRow).where(SecretRow.mailbox_id == mailbox_id))


def stop_checks(db: Session, mailbox_id: int, *, by: str, now: datetime) -> list[int]:
    """End the tests that go on; their ids."""
    stopped = (
        update(CheckRow)
        .where(CheckRow.mailbox_id == mailbox_id, CheckRow.finished_at.is_(None))
        .values(finished_at=now, stopped_by=by)
    )
    return list(db.scalars(stopped.returning(CheckRow.id)))


def delete_some(db: Session, table: type[Any], mailbox_id: int, limit: int) -> int:
    """Delete up to `limit` rows of one of `MANY`; how many there were to delete."""
    keys = tuple_(*_primary_key(table))
    theirs: Select[Any] = select(*_primary_key(table)).where(table.mailbox_id == mailbox_id)
    with overwriting(db):
        gone = delete(table).where(keys.in_(theirs.limit(limit))).returning(*_primary_key(table))
        return len(db.execute(gone).all())


def _primary_key(table: type[Any]) -> Iterator[Any]:
    known = table.__table__
    assert isinstance(known, Table)
    return iter(known.primary_key.columns)


def forget_told(db: Session, mailbox_id: int, address: str) -> None:
    """What people were told of it, and are to be told of it alone."""
    with overwriting(db):
        for case in db.scalars(select(ToldCaseRow)):
            if str(mailbox_id) in case.members:
                _leave(db, case, mailbox_id)
        for notice in db.scalars(select(NoticeRow)):
            named = {each for case in notice.cases for each in case.get("mailboxes", ())}
            waits = notice.sent_at is None and notice.given_up_at is None
            if address in named and not (waits and len(named) > 1):
                db.delete(notice)
        db.flush()


def _leave(db: Session, case: ToldCaseRow, mailbox_id: int) -> None:
    case.members = {key: name for key, name in case.members.items() if key != str(mailbox_id)}
    if not case.members:
        db.delete(case)


def begin_anew(db: Session, mailbox_id: int, now: datetime) -> None:
    """The same mailbox without anything that was known of it, as when its owner was added.

    Its row goes, and by the cascades of the tables all that hangs on it, also in tables that
    nobody thought of here.

    Raises:
        NotFound: there is no such mailbox.
    """
    staff_id = mailbox_row(db, mailbox_id).staff_id
    with overwriting(db):
        # No foreign key: they outlive a mailbox, but not this.
        db.execute(delete(EndedGrantRow).where(EndedGrantRow.mailbox_id == mailbox_id))
        db.execute(delete(ActivityRow).where(ActivityRow.mailbox_id == mailbox_id))
        db.execute(delete(MailboxRow).where(MailboxRow.id == mailbox_id))
    row = {"id": mailbox_id, "staff_id": staff_id, "created_at": now}
    db.execute(insert(MailboxRow).values(row))
