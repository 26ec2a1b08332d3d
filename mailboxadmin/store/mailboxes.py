"""A mailbox's row, its owner's address, and its personal settings as text."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.errors import NotFound
from mailboxadmin.store.tables import MailboxRow, MailboxSettingRow, StaffRow


def mailbox_row(db: Session, mailbox_id: int) -> MailboxRow:
    """The row of a mailbox.

    Raises:
        NotFound: there is none of that id.
    """
    row = db.get(MailboxRow, mailbox_id)
    if row is None:
        raise NotFound("There is no such mailbox.")
    return row


def mailbox_of_staff(db: Session, staff_id: int) -> MailboxRow | None:
    """Somebody's mailbox; None when there is none."""
    return db.scalar(select(MailboxRow).where(MailboxRow.staff_id == staff_id))


def address_of(db: Session, row: MailboxRow) -> str:
    """The address its owner signs in with, lower case."""
    return db.scalars(select(StaffRow.email).where(StaffRow.id == row.staff_id)).one()


def address_by_id(db: Session, mailbox_id: int) -> str:
    """The address of a mailbox.

    Raises:
        NotFound: there is none of that id.
    """
    query = (
        select(StaffRow.email)
        .join(MailboxRow, MailboxRow.staff_id == StaffRow.id)
        .where(MailboxRow.id == mailbox_id)
    )
    address = db.scalar(query)
    if address is None:
        raise NotFound("There is no such mailbox.")
    return address


def all_with_address(db: Session) -> list[tuple[MailboxRow, str]]:
    """Every mailbox and its address."""
    query = select(MailboxRow, StaffRow.email).join(StaffRow, StaffRow.id == MailboxRow.staff_id)
    return [(row, email) for row, email in db.execute(query)]


def own_texts(db: Session, mailbox_id: int) -> dict[str, str]:
    """The personal settings of a mailbox that are set, by key."""
    query = select(MailboxSettingRow.key, MailboxSettingRow.value).where(
        MailboxSettingRow.mailbox_id == mailbox_id
    )
    return {row.key: row.value for row in db.execute(query)}


def all_own_texts(db: Session) -> dict[int, dict[str, str]]:
    """The personal settings of all mailboxes, by mailbox and key."""
    texts: dict[int, dict[str, str]] = {}
    for row in db.scalars(select(MailboxSettingRow)):
        texts.setdefault(row.mailbox_id, {})[row.key] = row.value
    return texts


def replace_own_texts(db: Session, mailbox_id: int, texts: dict[str, str]) -> None:
    """Have exactly these personal settings; empty texts inherit and leave no row."""
    db.execute(delete(MailboxSettingRow).where(MailboxSettingRow.mailbox_id == mailbox_id))
    db.add_all(
        MailboxSettingRow(mailbox_id=mailbox_id, key=key, value=text)
        for key, text in texts.items()
        if text
    )


def clear_failure(row: MailboxRow) -> None:
    """Nothing that is known is wrong any more; a run that succeeds ends the incident."""
    row.finding = None
    row.finding_since = None
    row.failures = 0
    row.ladder = None
    forget_refusals(row)


def end_repair_link(row: MailboxRow) -> None:
    """There is no link to mend it any more, and never was one that somebody asks about."""
    row.repair_nonce = row.repair_made_at = row.repair_made_by = None


def forget_refusals(row: MailboxRow) -> None:
    """Begin to count refused sign-ins anew."""
    row.refusals = 0
    row.first_refused_at = None
