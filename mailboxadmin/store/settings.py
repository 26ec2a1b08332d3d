"""The office's settings, as text; a missing row is the default."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailboxadmin.store.tables import SettingRow


def office_texts(db: Session) -> dict[str, str]:
    """What is set, by key."""
    query = select(SettingRow.key, SettingRow.value)
    return {row.key: row.value for row in db.execute(query)}


def write_office_text(db: Session, key: str, text: str) -> None:
    """Set one; an empty text takes it back to the default."""
    row = db.get(SettingRow, key)
    if not text:
        if row is not None:
            db.delete(row)
    elif row is None:
        db.add(SettingRow(key=key, value=text))
    else:
        row.value = text
