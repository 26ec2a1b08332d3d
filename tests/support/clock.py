"""A clock that a test moves."""

import time
from datetime import UTC, datetime, timedelta


class MovableClock:
    """Stands still until it is told otherwise; its monotonic side runs on by itself."""

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now or datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return time.monotonic()

    def advance(self, **duration: float) -> None:
        self._now += timedelta(**duration)
