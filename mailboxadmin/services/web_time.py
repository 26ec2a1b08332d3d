"""What time others say it is: the Date of each answer over HTTPS, held against our clock.

A clock that is wrong from the start cannot be told from inside. A token endpoint is asked
every hour anyway, and says what time it is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from mailboxadmin.domain.clock import Clock
from mailboxadmin.outbound.cord import Cord
from mailboxadmin.outbound.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Our clock against somebody else's."""

    #: By how many seconds theirs was ahead of ours.
    ahead_s: int
    #: By our clock.
    at: datetime


class WebTime:
    """The last comparison of this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.last: Compared | None = None

    def hear(self, date: str) -> None:
        """An answer came with this Date (RFC 9110, 6.6.1); one that is none says nothing."""
        now = self._clock.now()
        try:
            said = parsedate_to_datetime(date)
        except ValueError:
            return
        if said.tzinfo is None:
            said = said.replace(tzinfo=UTC)
        self.last = Compared(ahead_s=round((said - now).total_seconds()), at=now)


@dataclass(frozen=True, kw_only=True)
class HearingTransport(Transport):
    """A transport that tells what time the other side says it is."""

    hear: Callable[[str], None] = field(repr=False)

    @contextmanager
    def call(self, session: requests.Session) -> Iterator[Cord]:
        """See `Transport.call`."""
        session.hooks["response"].append(self._heard)
        with super().call(session) as cord:
            yield cord

    def _heard(self, response: requests.Response, **_: Any) -> None:
        date = response.headers.get("Date")
        if date:
            self.hear(date)
