"""People on their way to a provider and back."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mailboxadmin.store.base import rows_changed
from mailboxadmin.store.tables_oauth import ConsentRow


def find_consent(db: Session, state_digest: str) -> ConsentRow | None:
    """The one of that state; None when there is none."""
    return db.scalars(
        select(ConsentRow).where(ConsentRow.state_digest == state_digest)
    ).one_or_none()


def use_consent(db: Session, consent_id: int, now: datetime) -> bool:
    """Have it used, once: false when it was, also by another process in this instant."""
    claim = (
        update(ConsentRow)
        .where(ConsentRow.id == consent_id, ConsentRow.used_at.is_(None))
        .values(used_at=now, verifier=None)
    )
    return rows_changed(db.execute(claim)) == 1


def drop_consents(db: Session, mailbox_id: int) -> None:
    """Nobody who is on the way for this mailbox can come back any more."""
    db.execute(delete(ConsentRow).where(ConsentRow.mailbox_id == mailbox_id))


def drop_consents_before(db: Session, before: datetime) -> None:
    """Forget those that were begun before that instant."""
    db.execute(delete(ConsentRow).where(ConsentRow.created_at < before))


def with_verifier(db: Session) -> list[ConsentRow]:
    """Those of people who are on their way still: their verifier is sealed."""
    return list(db.scalars(select(ConsentRow).where(ConsentRow.verifier.is_not(None))))
