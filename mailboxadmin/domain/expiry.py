"""What of OAuth ends by itself, when, and from when on it is told.

    client secret      on the day that was entered; Microsoft lets none live longer than 24 months
    Testing at Google  seven days after each consent, told by Google or learned from one that died
    not used           90 days (Microsoft) or six months (Google) after the last renewal

Pure: the caller brings the present.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from mailboxadmin.domain.oauth import AppKey

#: Days before the end at which it is told anew; the last one that was passed counts.
DAYS_BEFORE: Final = (30, 14, 7, 1, 0)
#: A permission that lives for a week is told in its last two days.
DAYS_BEFORE_TESTING: Final = (2, 1, 0)
#: Google ends permissions for an app that is External and in Testing after this time.
TESTING_LIFE: Final = timedelta(days=7)
#: One that dies this much before or after it died of that: tokens are renewed each hour.
_TESTING_EARLY, _TESTING_LATE = timedelta(hours=1), timedelta(hours=12)
#: A refresh token that is not used for so long ends.
UNUSED_LIFE: Final = {AppKey.OUTLOOK: timedelta(days=90), AppKey.GMAIL: timedelta(days=180)}


class Ends(StrEnum):
    """What ends."""

    CLIENT_SECRET = "client_secret"
    TESTING = "testing"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiring:
    """Something that ends soon, or has ended."""

    what: Ends
    app: AppKey
    ends_at: datetime
    #: Whole days that are left; 0 on its last day, less than 0 once it has ended.
    days_left: int
    #: The last of the days before the end that was passed, so that each is told once.
    told_for: int
    #: None when it is about all mailboxes of the app.
    mailbox_id: int | None = None

    @property
    def over(self) -> bool:
        """True once it has ended, as far as the calendar says."""
        return self.days_left < 0


def secret_expiring(ends_on: date, now: datetime) -> Expiring | None:
    """The client secret in Entra; None while it is good for long."""
    # To the end of that day anywhere: Entra tells a date, and which zone's it is matters little.
    ends_at = datetime.combine(ends_on, time.max, tzinfo=UTC)
    return _expiring(Ends.CLIENT_SECRET, AppKey.OUTLOOK, ends_at, now, DAYS_BEFORE)


def grant_expiring(
    mailbox_id: int,
    app: AppKey,
    *,
    connected_at: datetime,
    refreshed_at: datetime,
    refresh_expires_at: datetime | None,
    testing: bool,
    now: datetime,
) -> Expiring | None:
    """A mailbox's permission; None while it is good for long.

    Args:
        refresh_expires_at: as the provider told it; None: not told.
        testing: the app seems to be in Testing at Google.
    """
    if app is AppKey.GMAIL and (refresh_expires_at or testing):
        ends_at = refresh_expires_at or connected_at + TESTING_LIFE
        found = _expiring(Ends.TESTING, app, ends_at, now, DAYS_BEFORE_TESTING, mailbox_id)
        if found is not None:
            return found
    ends_at = refreshed_at + UNUSED_LIFE[app]
    return _expiring(Ends.UNUSED, app, ends_at, now, DAYS_BEFORE, mailbox_id)


def died_of_testing(app: AppKey, connected_at: datetime, ended_at: datetime) -> bool:
    """Whether a permission died at the age at which Google ends those of apps in Testing."""
    age = ended_at - connected_at
    return (
        app is AppKey.GMAIL and TESTING_LIFE - _TESTING_EARLY <= age <= TESTING_LIFE + _TESTING_LATE
    )


def seems_in_testing(lives: Iterable[tuple[datetime, datetime]]) -> bool:
    """Whether the app at Google does, from when permissions began and were ended."""
    return any(died_of_testing(AppKey.GMAIL, began, ended) for began, ended in lives)


def _expiring(
    what: Ends,
    app: AppKey,
    ends_at: datetime,
    now: datetime,
    days_before: tuple[int, ...],
    mailbox_id: int | None = None,
) -> Expiring | None:
    left = ends_at - now
    passed = [days for days in days_before if left <= timedelta(days=days)]
    if not passed:
        return None
    return Expiring(
        what=what,
        app=app,
        ends_at=ends_at,
        days_left=left.days,
        told_for=min(passed),
        mailbox_id=mailbox_id,
    )
