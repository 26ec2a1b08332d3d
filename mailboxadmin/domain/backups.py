"""The backups that are made by themselves: their names, when one is due, which are too many.

When a backup was made is in its name, so that a copy of the folder still says it, and a restart
knows it without the database, which may be the thing that is broken.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from mailboxadmin.domain.clock import last_time_of_day

#: From then on the backup of a day is due: nobody works, and little mail comes.
DUE_AT: Final = time(2)
#: A backup from later than this was made while the clock was wrong.
AHEAD: Final = timedelta(hours=1)
#: Without a newer one after this time, something keeps it from being made: one a day was due.
OLD_AFTER: Final = timedelta(days=2)

_FORM: Final = "mailboxadmin-%Y%m%d-%H%M%SZ.db"
_NAME: Final = re.compile(r"mailboxadmin-\d{8}-\d{6}Z\.db")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One file, which has its name only because all of it was read back."""

    name: str
    #: As the clock was then.
    made_at: datetime
    size_bytes: int


def backup_name(at: datetime) -> str:
    """How a backup of that instant is called."""
    return at.astimezone(UTC).strftime(_FORM)


def made_at(name: str) -> datetime | None:
    """When the backup of that name was made; None for any other file, which is not ours."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return datetime.strptime(name, _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None


def newest(backups: Iterable[Backup], now: datetime) -> Backup | None:
    """The last one; those from the future only when there are no others."""
    return max(backups, key=lambda each: _age_order(each, now), default=None)


def is_due(last: Backup | None, now: datetime) -> bool:
    """Whether the backup of the day is to be made.

    A clock that was put forward and back again leaves a backup from the future behind: that one
    counts as none, or there would be no other until then.
    """
    if last is None or last.made_at > now + AHEAD:
        return True
    return last.made_at < last_time_of_day(DUE_AT, now)


def is_old(last: Backup, now: datetime) -> bool:
    """Whether at least one backup is missing since."""
    return now - last.made_at > OLD_AFTER


def superfluous(backups: Iterable[Backup], keep: int, now: datetime) -> Sequence[Backup]:
    """Those beyond the newest `keep`; of the future are the first to go."""
    ordered = sorted(backups, key=lambda each: _age_order(each, now), reverse=True)
    return ordered[keep:]


def _age_order(backup: Backup, now: datetime) -> tuple[bool, datetime]:
    return backup.made_at <= now + AHEAD, backup.made_at
