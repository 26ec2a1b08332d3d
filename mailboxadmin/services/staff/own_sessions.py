"""Where one is signed in, and ending that elsewhere: a browser left open, a phone that was lost."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code
from mailboxadmin.domain.browser import Browser
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.staff.people import known_person, record
from mailboxadmin.services.staff.sessions import digest_of, is_over
from mailboxadmin.store import sessions
from mailboxadmin.store.tables import SessionRow

#: So much of a digest names a session of one person; the rest stays in the database.
HANDLE_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSession:
    """One browser in which a person is signed in."""

    #: Names it in a form; of no use to sign in.
    handle: str
    browser: Browser
    began_at: datetime
    #: To ten minutes.
    clicked_at: datetime
    #: It is the one that asks.
    here: bool


def list_own_sessions(deps: Deps, staff_id: int, token: str) -> list[OwnSession]:
    """Everywhere that person is signed in: first where they ask from, then the last one used.

    Args:
        token: of the session that asks.
    """
    now = deps.clock.now()
    with deps.store.read() as db:
        rows = [row for row in sessions.sessions_of(db, staff_id) if not is_over(row, now)]
    found = [_own(row, digest_of(token), now) for row in rows]
    return sorted(found, key=lambda each: not each.here)


def end_own_session(deps: Deps, staff_id: int, handle: str) -> bool:
    """End one of that person's sessions; False when there is none of that handle any more."""
    with deps.store.write() as db:
        found = [row for row in sessions.sessions_of(db, staff_id) if _handle(row) == handle]
        _end(deps, db, staff_id, found)
    return bool(found)


def end_other_sessions(deps: Deps, staff_id: int, token: str) -> int:
    """End all of that person's sessions but the one of the token; how many that were."""
    now, here = deps.clock.now(), digest_of(token)
    with deps.store.write() as db:
        others = [row for row in sessions.sessions_of(db, staff_id) if row.digest != here]
        _end(deps, db, staff_id, others)
    return sum(not is_over(row, now) for row in others)


def _end(deps: Deps, db: Session, staff_id: int, rows: list[SessionRow]) -> None:
    email = known_person(db, staff_id).email
    for row in rows:
        sessions.end_session(db, row.digest)
        browser = _browser(row)
        message = f"{email} signed out elsewhere: {browser.words}."
        detail = {"remote_addr": browser.remote_addr}
        record(deps, db, Code.LOGIN_ENDED, staff_id, message, actor=email, detail=detail)


def _own(row: SessionRow, here: str, now: datetime) -> OwnSession:
    is_here = row.digest == here
    return OwnSession(
        handle=_handle(row),
        browser=_browser(row),
        began_at=row.created_at,
        # The click that asks is younger than what was noted of it.
        clicked_at=now if is_here else row.last_seen_at,
        here=is_here,
    )


def _browser(row: SessionRow) -> Browser:
    return Browser(user_agent=row.user_agent, remote_addr=row.remote_addr)


def _handle(row: SessionRow) -> str:
    return row.digest[:HANDLE_LENGTH]
