"""When a mailbox is tried again: a value that a pure function decides.

What failed decides, the first line that fits:

    asked to slow down    the time the server names, five minutes at least; without one as below
    consent ended         never by itself: only its owner can give another
    refused credentials   now, +5 min, +30 min, then never by itself: servers lock accounts;
                          when that is past, in 5 min; not before a time the server names
    temporary             5, 15, 60 minutes with jitter, for ever; a time the server names wins,
                          a minute at least
    another lasting one   every hour: a certificate may have been renewed elsewhere
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mailboxadmin.domain.finding import Finding

#: After the first, second, ... failure in a row; the last one repeats.
TEMPORARY_DELAYS = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
#: After the first and the second refusal, counted from the first.
REFUSAL_DELAYS = (timedelta(minutes=5), timedelta(minutes=30))
LASTING_DELAY = timedelta(hours=1)
#: A delay is lengthened by up to this share, so that an office does not knock in one instant.
JITTER_SHARE = 0.2
#: Who says "slow down" means at least this, also when a shorter time is named.
THROTTLED_DELAY = timedelta(minutes=5)
#: A server that names hardly any time, or none, is not asked at every tick for it.
SHORTEST_WAIT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """How often it failed since the last success or change, this failure counted."""

    #: Failures in a row, whatever each of them was; at least 1.
    failures: int
    #: Refused sign-ins in a row.
    refusals: int
    #: When the first of these refusals was; None without one.
    first_refused_at: datetime | None = None


def next_attempt(
    finding: Finding,
    attempts: Attempts,
    now: datetime,
    *,
    chance: float,
    server_wait: timedelta | None = None,
) -> datetime | None:
    """When to try this mailbox again by itself; None: it waits for a change or a person.

    Args:
        chance: a number in [0, 1) from which the jitter is made, so that this stays pure.
        server_wait: the back-off time the server named.
    """
    if finding.slow_down:
        asked = server_wait or _temporary_delay(attempts.failures, chance)
        return now + obeyed(asked, slow_down=True)
    if finding.consent_ended:
        return None
    if finding.refused_credentials:
        return _after_refusal(attempts, now, server_wait or timedelta(0))
    if server_wait is not None:
        return now + obeyed(server_wait, slow_down=False)
    if finding.temporary:
        return now + _temporary_delay(attempts.failures, chance)
    return now + LASTING_DELAY


def obeyed(wait: timedelta, *, slow_down: bool) -> timedelta:
    """A time that a server named, as it is kept: not shorter, and not so short that it hammers."""
    return max(wait, THROTTLED_DELAY if slow_down else SHORTEST_WAIT)


def _temporary_delay(failures: int, chance: float) -> timedelta:
    base = TEMPORARY_DELAYS[min(failures, len(TEMPORARY_DELAYS)) - 1]
    return base * (1 + JITTER_SHARE * chance)


def _after_refusal(attempts: Attempts, now: datetime, wait: timedelta) -> datetime | None:
    if attempts.refusals > len(REFUSAL_DELAYS):
        return None
    first = attempts.first_refused_at or now
    due_at = first + REFUSAL_DELAYS[attempts.refusals - 1]
    if due_at <= now:
        # The server was away, or this machine was: the tries are spent one by one all the same.
        due_at = now + REFUSAL_DELAYS[0]
    return max(due_at, now + wait)
