"""What of OAuth ends soon: looked up for the pages, and told in the log once for each day named."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level
from mailboxadmin.domain.counted import counted
from mailboxadmin.domain.expiry import (
    TESTING_LIFE,
    Ends,
    Expiring,
    grant_expiring,
    secret_expiring,
    seems_in_testing,
)
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.deps import Deps
from mailboxadmin.store import grants
from mailboxadmin.store.activity import add_entry, details_since
from mailboxadmin.store.mailboxes import address_by_id
from mailboxadmin.store.settings import office_texts

#: What was told before this may be told again.
TOLD_FOR = timedelta(days=60)
#: How far back a permission that died tells of the app as it is now.
LEARNED_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something that ends soon, in words."""

    expiring: Expiring
    #: Of the mailbox; empty when it is about all of the app.
    address: str
    #: One sentence.
    summary: str
    #: What to do.
    fix: str


def read_expiring(deps: Deps) -> tuple[Warned, ...]:
    """What ends soon, the first end first."""
    with deps.store.read() as db:
        found = _expiring(db, deps.clock.now())
        return tuple(_in_words(db, each) for each in found)


def warn_expiring(deps: Deps) -> int:
    """Tell the log what was not told yet; how many lines that were."""
    now = deps.clock.now()
    with deps.store.read() as db:
        if not _untold(db, now):
            return 0
    with deps.store.write(background=True) as db:
        # Looked up again: another process may have told some meanwhile.
        fresh = _untold(db, now)
        for each in fresh:
            add_entry(db, _entry(_in_words(db, each)), now)
    return len(fresh)


def _untold(db: Session, now: datetime) -> list[Expiring]:
    told = details_since(db, Code.OAUTH_EXPIRING, now - TOLD_FOR)
    return [each for each in _expiring(db, now) if _detail(each) not in told]


def seems_testing(db: Session, now: datetime) -> bool:
    """Whether permissions at Google die after seven days here."""
    ended = grants.ended_grants(db, AppKey.GMAIL, now - LEARNED_FOR)
    return seems_in_testing((row.connected_at, row.ended_at) for row in ended)


def _expiring(db: Session, now: datetime) -> list[Expiring]:
    testing = seems_testing(db, now)
    found = [
        grant_expiring(
            row.mailbox_id,
            AppKey(row.app),
            connected_at=row.connected_at,
            refreshed_at=row.refreshed_at,
            refresh_expires_at=row.refresh_expires_at,
            testing=testing,
            now=now,
        )
        for row in grants.all_grants(db).values()
        if row.ended_at is None
    ]
    ends_on = office_texts(db).get("outlook_secret_expires_on")
    if ends_on:
        found.append(secret_expiring(date.fromisoformat(ends_on), now))
    return sorted((each for each in found if each), key=lambda each: each.ends_at)


def _in_words(db: Session, each: Expiring) -> Warned:
    address = address_by_id(db, each.mailbox_id) if each.mailbox_id is not None else ""
    day = f"{each.ends_at.day} {each.ends_at:%B}"
    summary, fix = _WORDS[each.what]
    return Warned(
        expiring=each,
        address=address,
        summary=summary.format(
            left=left_in_words(each.days_left),
            day=day,
            app=each.app.label,
            company=each.app.company,
            who=address,
        ),
        fix=fix.format(app=each.app.label, company=each.app.company, who=address),
    )


_WORDS = {
    Ends.CLIENT_SECRET: (
        "The client secret of the Outlook app {left} ({day}); then all Outlook mailboxes stop "
        "together.",
        "In Entra, under App registrations, Certificates & secrets, the Entra admin makes a new "
        "one; an admin enters its Value and its last day under Settings, OAuth. Nobody has to "
        "connect again.",
    ),
    Ends.TESTING: (
        "The permission of {who} {left} ({day}): Google ends those of an app in Testing after "
        f"{TESTING_LIFE.days} days.",
        "The Google Cloud admin makes the app Internal (Google Workspace) or publishes it (In "
        "production) under Audience; then {who} connects Gmail again, and it lasts.",
    ),
    Ends.UNUSED: (
        "The permission of {who} at {company} {left} ({day}), because no token was renewed for "
        "so long.",
        "Look why no token is renewed: the mailbox's page says what {company} answered. After "
        "that day {who} has to connect {app} again.",
    ),
}


def left_in_words(days_left: int) -> str:
    """`ends in 3 days`; less than 0 days are left of what has ended."""
    if days_left < 0:
        return "has ended"
    if days_left == 0:
        return "ends within a day"
    return f"ends in {counted(days_left, 'day')}"


def _entry(warned: Warned) -> Entry:
    return Entry(
        code=Code.OAUTH_EXPIRING,
        level=Level.WARNING,
        message=f"{warned.summary} {warned.fix}",
        actor=SCHEDULER,
        mailbox_id=warned.expiring.mailbox_id,
        detail=_detail(warned.expiring),
    )


def _detail(each: Expiring) -> dict[str, object]:
    """The same for the same day of the same end."""
    return {
        "what": each.what.value,
        "app": each.app.value,
        "mailbox_id": each.mailbox_id,
        "ends_on": each.ends_at.date().isoformat(),
        "days": each.told_for,
    }
