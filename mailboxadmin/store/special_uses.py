"""Which folder of a mailbox has which special use."""

from collections.abc import Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.special_use import SpecialUse
from mailboxadmin.store.folders import folder_id
from mailboxadmin.store.tables_mail import FolderRow


def special_uses(db: Session, mailbox_id: int) -> dict[SpecialUse, str]:
    """The folder's name for each use that has one."""
    return {
        SpecialUse(row.special_use): row.name
        for row in db.scalars(_of(mailbox_id))
        if row.special_use
    }


def put_special_uses(db: Session, mailbox_id: int, folders: Mapping[SpecialUse, str]) -> None:
    """Have exactly these uses; a folder that is not known yet gets a row."""
    for row in db.scalars(_of(mailbox_id)):
        row.special_use = None
    for use, name in folders.items():
        db.get_one(FolderRow, folder_id(db, mailbox_id, name)).special_use = use.value


def _of(mailbox_id: int) -> Select[FolderRow]:
    return select(FolderRow).where(
        FolderRow.mailbox_id == mailbox_id, FolderRow.special_use.is_not(None)
    )
