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
