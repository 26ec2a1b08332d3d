"""Debug mode: which switches are on."""

from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.debug import Switch, in_force
from mailboxadmin.store.tables import MailboxRow, StaffRow
from mailboxadmin.store.tables_debug import DebugSwitchRow

_CONCERNING = select(DebugSwitchRow.began_at, DebugSwitchRow.until).where(
    or_(DebugSwitchRow.mailbox_id == bindparam("theirs"), DebugSwitchRow.mailbox_id.is_(None))
)


def all_switches(db: Session) -> tuple[Switch, ...]:
    """All that were not noted as ended yet, the one for all mailboxes first."""
    found = db.execute(
        select(DebugSwitchRow, StaffRow.email, StaffRow.name)
        .join(MailboxRow, MailboxRow.id == DebugSwitchRow.mailbox_id, isouter=True)
        .join(StaffRow, StaffRow.id == MailboxRow.staff_id, isouter=True)
        .order_by(DebugSwitchRow.mailbox_id.is_not(None), StaffRow.email)
    )
    return tuple(_switch(row, address, name) for row, address, name in found)


def recorded_until(db: Session, mailbox_id: int, now: datetime) -> datetime | None:
    """Until when that mailbox is recorded; None when it is not."""
    # Columns and a statement that is made once: every run asks this.
    found = db.execute(_CONCERNING, {"theirs": mailbox_id})
    return max((until for began_at, until in found if in_force(began_at, until, now)), default=None)


def put_switch(
    db: Session, *, mailbox_id: int | None, by: str, now: datetime, until: datetime
) -> int:
    """Switch it on, in place of what was on for the same; its id."""
    drop_switches(db, mailbox_id=mailbox_id)
    row = DebugSwitchRow(mailbox_id=mailbox_id, switched_on_by=by, began_at=now, until=until)
    db.add(row)
    db.flush()
    return row.id


def drop_switches(db: Session, *, mailbox_id: int | None) -> None:
    """Switch off what is on for that mailbox alone, or what is on for all."""
    same = DebugSwitchRow.mailbox_id
    theirs = same.is_(None) if mailbox_id is None else same == mailbox_id
    db.execute(delete(DebugSwitchRow).where(theirs))


def drop_switch(db: Session, switch_id: int) -> None:
    """Switch off one."""
    db.execute(delete(DebugSwitchRow).where(DebugSwitchRow.id == switch_id))


def _switch(row: DebugSwitchRow, address: str | None = None, name: str | None = None) -> Switch:
    return Switch(
        id=row.id,
        mailbox_id=row.mailbox_id,
        address=address or "",
        owner_name=name or "",
        by=row.switched_on_by,
        began_at=row.began_at,
        until=row.until,
    )
