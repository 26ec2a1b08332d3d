"""Which messages of a folder are wanted: those since some day, only unread ones, or all.

It decides what is fetched, never what is kept: a message that is here stays when it
grows too old or is read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailboxadmin.domain.effective import Effective
from mailboxadmin.imap.session import Session

#: SINCE compares days in the server's zone, whichever that is (RFC 9051, 6.4.4).
_DAYS_APART = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What the settings want of every folder, at one instant."""

    #: Messages that arrived at the server before this are not fetched; None: all are.
    since: datetime | None
    only_unread: bool
    #: By what the next run knows whether it still wants the same; None: everything.
    name: str | None

    @classmethod
    def of(cls, in_force: Effective, now: datetime) -> "Selection":
        """As the settings are now."""
        days, unread = in_force.since_days, in_force.only_unread
        parts = ([f"since {days}"] if days else []) + (["unread"] if unread else [])
        return cls(
            since=now - timedelta(days=days) if days else None,
            only_unread=unread,
            name=", ".join(parts) or None,
        )

    def listed(self, session: Session, uids: Sequence[int]) -> Sequence[int]:
        """What to choose from in the open folder: these, or its unread messages."""
        # All of them, because an older one may be unread again.
        return session.uids(unseen=True) if self.only_unread else uids

    def recent(self, session: Session, uids: Iterable[int]) -> set[int]:
        """Those of the open folder's messages that are young enough."""
        wanted = set(uids)
        if not wanted or self.since is None:
            return wanted
        above = min(wanted) - 1
        wanted &= set(session.uids(above=above, since=(self.since - _DAYS_APART).date()))
        # The server tells days; of the days in question, the instants decide.
        surely = session.uids(above=above, since=(self.since + _DAYS_APART).date())
        in_question = session.arrivals(wanted.difference(surely))
        too_old = {uid for uid, at in in_question if at is not None and at < self.since}
        return wanted - too_old
