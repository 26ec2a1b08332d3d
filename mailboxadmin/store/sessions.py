"""The sign-ins in browsers: digests of tokens, never the tokens; and the set-up code."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code
from mailboxadmin.domain.browser import LONGEST, Browser
from mailboxadmin.store.tables import ActivityRow, MailboxRow, SessionRow, SetupCodeRow, StaffRow

_TRIES = (Code.LOGIN_FAILED, Code.LOGIN_SUCCEEDED)


def add_session(
    db: Session, *, digest: str, staff_id: int, browser: Browser, now: datetime
) -> None:
    """Keep a sign-in."""
    db.add(
        SessionRow(
            digest=digest,
            staff_id=staff_id,
            created_at=now,
            last_seen_at=now,
            user_agent=browser.user_agent[:LONGEST],
            remote_addr=browser.remote_addr,
        )
    )


def find_session(db: Session, digest: str) -> SessionRow | None:
    """The sign-in with that digest."""
    return db.get(SessionRow, digest)


def sessions_of(db: Session, staff_id: int) -> list[SessionRow]:
    """All sign-ins of a person, the last one used first."""
    query = select(SessionRow).where(SessionRow.staff_id == staff_id)
    return list(db.scalars(query.order_by(SessionRow.last_seen_at.desc(), SessionRow.digest)))


def end_session(db: Session, digest: str) -> None:
    """Forget one sign-in."""
    db.execute(delete(SessionRow).where(SessionRow.digest == digest))


def end_sessions_of(db: Session, staff_id: int) -> None:
    """Forget all sign-ins of a person."""
    db.execute(delete(SessionRow).where(SessionRow.staff_id == staff_id))


def end_what_was_signed(db: Session) -> None:
    """Everybody signs in again; invitations and links to mend a mailbox work no more."""
    db.execute(delete(SessionRow))
    db.execute(update(StaffRow).values(invitation=None))
    no_link = dict.fromkeys(("repair_nonce", "repair_made_at", "repair_made_by"))
    db.execute(update(MailboxRow).values(no_link))


def end_stale_sessions(db: Session, *, created_before: datetime, seen_before: datetime) -> None:
    """Forget the sign-ins that are too old, or were not used for too long."""
    stale = (SessionRow.created_at < created_before) | (SessionRow.last_seen_at < seen_before)
    db.execute(delete(SessionRow).where(stale))


def last_failed_sign_in(db: Session, actor: str, since: datetime) -> int | None:
    """The log entry of this actor's last refused sign-in, unless a good one came after it."""
    # By time alone: asked for the codes too, SQLite would read every sign-in there ever was.
    query = (
        select(ActivityRow.id, ActivityRow.code)
        .where(ActivityRow.at >= since, ActivityRow.actor == actor)
        .order_by(ActivityRow.id.desc())
    )
    tries = (row for row in db.execute(query) if row.code in _TRIES)
    last = next(tries, None)
    return last.id if last and last.code == Code.LOGIN_FAILED else None


def setup_digest(db: Session) -> str | None:
    """The digest of the one set-up code, if there is one."""
    return db.scalar(select(SetupCodeRow.digest).order_by(SetupCodeRow.id.desc()).limit(1))


def replace_setup_digest(db: Session, digest: str | None, now: datetime) -> None:
    """Let this be the one set-up code; None ends it."""
    db.execute(delete(SetupCodeRow))
    if digest is not None:
        db.add(SetupCodeRow(digest=digest, created_at=now))
