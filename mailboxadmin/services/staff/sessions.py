"""Signing in and out.

The browser holds a random token, the database its SHA-256: whoever reads the
database cannot sign in with what stands there, and deleting the row ends the
session whatever cookie somebody kept.
"""

import hashlib
import logging
import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.browser import Browser
from mailboxadmin.domain.errors import InvalidInput, MailboxAdminError, StoreUnavailable
from mailboxadmin.domain.people import Person, Standing
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.staff.passwords import hash_password, verify_password
from mailboxadmin.services.staff.people import known_person, person, record, store_password
from mailboxadmin.store import sessions, staff
from mailboxadmin.store.activity import repeat_entry
from mailboxadmin.store.tables import SessionRow, StaffRow

log = logging.getLogger(__name__)

#: A session ends this long after the sign-in …
LONGEST_SESSION = timedelta(days=30)
#: … or after this long without a click.
LONGEST_IDLE = timedelta(days=7)
#: How exactly the last click is known.
TOUCH_EVERY = timedelta(minutes=10)
#: Refused sign-ins of one address within this time are one line of the log.
REPEAT_WITHIN = timedelta(hours=1)
#: Why a sign-in was refused, for the log; the person who tried is not told.
_REASONS = {
    Standing.ACTIVE: "the password was wrong",
    Standing.INVITED: "no password was chosen yet",
    Standing.DISABLED: "they are deactivated",
}
#: The actor of a sign-in with an address that nobody here has.
STRANGER = "somebody unknown"


class SignInRefused(MailboxAdminError):
    """Raised when address and password do not belong together; it does not say which is wrong."""

    def __init__(self) -> None:
        super().__init__("That address and password do not belong together.")


def sign_in(deps: Deps, email: str, password: str, *, browser: Browser) -> str:
    """The token of a new session.

    An address that nobody has, and one of somebody invited or deactivated, takes as long as
    a wrong password and gets the same answer.

    Raises:
        SignInRefused: they do not belong together.
    """
    email = email.strip().lower()
    with deps.store.read() as db:
        row = staff.staff_row_by_email(db, email)
    right, rehashed = verify_password(password, row.password_hash if row else None)
    with deps.store.write() as db:
        # Read again: while the hash was computed, the person may have been shut out.
        now_row = staff.staff_row(db, row.id) if row else None
        if right and row and now_row and _may_enter(now_row, row.password_hash):
            now_row.password_hash = rehashed or now_row.password_hash
            return _welcome(deps, db, now_row, browser)
        _log_refusal(deps, db, now_row, browser)
    raise SignInRefused


def open_session(deps: Deps, db: Session, staff_id: int, browser: Browser) -> str:
    """The token of a new session, inside a transaction; old ones are cleared away."""
    token, now = secrets.token_urlsafe(32), deps.clock.now()
    sessions.end_stale_sessions(
        db, created_before=now - LONGEST_SESSION, seen_before=now - LONGEST_IDLE
    )
    sessions.add_session(db, digest=digest_of(token), staff_id=staff_id, browser=browser, now=now)
    row = staff.staff_row(db, staff_id)
    if row is not None:
        row.last_login_at = now
    return token


def digest_of(token: str) -> str:
    """What the database holds of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def session_person(deps: Deps, token: str) -> Person | None:
    """Who is signed in with that token; None when the session ended or never was."""
    now = deps.clock.now()
    with deps.store.read() as db:
        found = sessions.find_session(db, digest_of(token))
        who = staff.find_person(db, found.staff_id) if found else None
    if found is None or who is None or who.standing is not Standing.ACTIVE:
        return None
    if is_over(found, now):
        return None
    if now - found.last_seen_at > TOUCH_EVERY:
        _touch(deps, found)
    return who


def is_over(session: SessionRow, now: datetime) -> bool:
    """True when it is too old, or was not used for too long."""
    return now - session.created_at > LONGEST_SESSION or now - session.last_seen_at > LONGEST_IDLE


def sign_out(deps: Deps, token: str) -> None:
    """End that session; nothing happens when it ended already."""
    with deps.store.write() as db:
        found = sessions.find_session(db, digest_of(token))
        if found is None:
            return
        who = known_person(db, found.staff_id)
        sessions.end_session(db, found.digest)
        message = f"{who.email} signed out."
        record(deps, db, Code.LOGIN_ENDED, who.id, message, actor=who.email, level=Level.ROUTINE)


def change_own_password(
    deps: Deps, staff_id: int, *, current: str, new: str, browser: Browser
) -> str:
    """Choose another password; all sessions end, and the token of a new one is the answer.

    Raises:
        NotFound: there is nobody of that id.
        InvalidInput: the current password is wrong (`current`) or the new one weak (`password`).
    """
    email = person(deps, staff_id).email
    with deps.store.read() as db:
        row = staff.staff_row(db, staff_id)
    right, _ = verify_password(current, row.password_hash if row else None)
    if not right or row is None:
        raise InvalidInput("current", "That is not your present password.")
    hashed = hash_password(new, email=email)
    with deps.store.write() as db:
        now_row = staff.staff_row(db, staff_id)
        if now_row is None or not _may_enter(now_row, row.password_hash):
            raise InvalidInput("current", "Your password was changed a moment ago; sign in again.")
        store_password(db, now_row, hashed)
        message = f"{email} chose another password; other sessions ended."
        record(deps, db, Code.STAFF_PASSWORD_CHANGED, staff_id, message, actor=email)
        return open_session(deps, db, staff_id, browser)


def _may_enter(row: StaffRow, checked_hash: str | None) -> bool:
    return row.standing == Standing.ACTIVE.value and row.password_hash == checked_hash


def _welcome(deps: Deps, db: Session, row: StaffRow, browser: Browser) -> str:
    token = open_session(deps, db, row.id, browser)
    record(
        deps,
        db,
        Code.LOGIN_SUCCEEDED,
        row.id,
        f"{row.email} signed in.",
        actor=row.email,
        detail={"remote_addr": browser.remote_addr},
    )
    return token


def _log_refusal(deps: Deps, db: Session, row: StaffRow | None, browser: Browser) -> None:
    # What a stranger typed is not kept: it is often a password in the wrong field.
    now, actor = deps.clock.now(), row.email if row else STRANGER
    entry = Entry(
        code=Code.LOGIN_FAILED,
        message=f"A sign-in as {row.email} was refused: {_REASONS[Standing(row.standing)]}."
        if row
        else "A sign-in was refused: nobody here has that address.",
        actor=actor,
        level=Level.WARNING,
        mailbox_id=staff.mailbox_of(db, row.id) if row else None,
        detail={"remote_addr": browser.remote_addr},
    )
    previous = sessions.last_failed_sign_in(db, actor, now - REPEAT_WITHIN)
    repeat_entry(db, previous, entry, now)


def _touch(deps: Deps, session: SessionRow) -> None:
    try:
        with deps.store.write() as db:
            row = sessions.find_session(db, session.digest)
            if row is not None:
                row.last_seen_at = deps.clock.now()
    except StoreUnavailable as fault:
        # Only makes the session end sooner; a full disk must not shut people out of reading.
        log.warning("a session could not be marked as used: %s", fault)
