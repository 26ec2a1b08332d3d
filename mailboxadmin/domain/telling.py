"""Who is told when: pure rules that keep a storm of failures from being a storm of messages.

case ── noted ── gathered ── told ── gone ── settled: over, and told
                    │                 └── back within ten minutes: it only flapped
                    ├── needs someone: after one minute, with all that came meanwhile
                    └── mends itself: once it has lasted for half an hour
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from mailboxadmin.domain.clock import last_time_of_day

#: How long others may still join the first message: mailboxes that one thing broke are tried one
#: after the other, within a tick or two.
GATHER: Final = timedelta(minutes=1)
#: What passes by itself is worth a message when it has lasted longer than its first tries (5 and 15
#: minutes): a server that is started anew is back by then, and nobody could have done anything.
LASTING: Final = timedelta(minutes=30)
#: Works again is told when it has worked for so long: two looks at a mailbox, by default.
SETTLE: Final = timedelta(minutes=10)
#: Between two messages of what broke. Fifty mailboxes with a cause each are all tried within the
#: usual five minutes: that makes two messages, not fifty.
SPACING: Final = timedelta(minutes=5)
#: The same cause is told no more often, however often it comes and goes.
AGAIN_AFTER: Final = timedelta(hours=1)
#: A summary that would be later than this is left out: the next one comes in the morning.
LATEST: Final = timedelta(hours=3)
#: Delays after the first tries of a message that was not taken; the last one again and again.
RETRY: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
#: What nobody took for so long is old news.
GIVE_UP_AFTER: Final = timedelta(days=1)
#: A server counts refused sign-ins, and locks the account or bans the address.
MOST_REFUSED: Final = 3


class Event(StrEnum):
    """What a message tells."""

    INCIDENT = "incident"
    RECOVERY = "recovery"
    DIGEST = "digest"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A case as it stands in the book of what was told."""

    key: str
    needs_someone: bool
    members: Set[str]
    began_at: datetime
    noted_at: datetime
    #: None until people were told of it.
    told_at: datetime | None


def is_due(case: Known, now: datetime, last_told_at: datetime | None, *, gathered: bool) -> bool:
    """Whether it is time to tell of a case that was not told.

    Args:
        last_told_at: when the same cause was told before; None: never.
        gathered: all that could join has been looked at already.
    """
    if last_told_at is not None and now - last_told_at < AGAIN_AFTER:
        return False
    if not gathered and now - case.noted_at < GATHER:
        return False
    return case.needs_someone or now - case.began_at >= LASTING


def may_join(case: Known, now: datetime, last_told_at: datetime | None) -> bool:
    """Whether it goes along with a message that is sent anyway, before its own time."""
    return case.needs_someone and is_due(case, now, last_told_at, gathered=True)


def is_covered(case: Known, told: list[Known]) -> bool:
    """Whether people know already that these mailboxes do not work.

    A server that is down is told as one thing, whichever way it fails at each try. What needs
    someone is told all the same: who acts, and how, is another then.
    """
    return not case.needs_someone and any(
        case.members <= each.members for each in told if each.key != case.key
    )


def digest_due(at: time, now: datetime, last_made_at: datetime | None) -> bool:
    """Whether the summary of the day is to be made.

    Args:
        at: the time of day in this machine's zone.
        last_made_at: when the last one was.
    """
    planned = last_time_of_day(at, now)
    return now - planned < LATEST and (last_made_at is None or last_made_at < planned)


def next_try(tries: int, now: datetime) -> datetime:
    """When to try again what failed for the `tries`-th time."""
    return now + RETRY[min(tries, len(RETRY)) - 1]
