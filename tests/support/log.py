"""The activity log of an office, for tests."""

from sqlalchemy import select

from mailboxadmin.store.tables import ActivityRow
from tests.support.office import Office


def logged(office: Office, code: str) -> list[ActivityRow]:
    """The entries of one code, oldest first."""
    with office.deps.store.read() as db:
        found = db.scalars(
            select(ActivityRow).where(ActivityRow.code == code).order_by(ActivityRow.id)
        )
        rows = list(found)
        db.expunge_all()
    return rows


def told(office: Office) -> list[str]:
    """The whole log, newest first: each entry's code, sentence and detail in one text."""
    with office.deps.store.read() as db:
        rows = db.scalars(select(ActivityRow).order_by(ActivityRow.id.desc()))
        return [f"{row.code} {row.message} {row.detail}" for row in rows]
