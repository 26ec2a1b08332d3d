"""When to stop, on a clock that no one can set back."""

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant on the monotonic clock; a socket time-out is not one.

    A server that drips a byte a second keeps every socket time-out happy for ever.
    """

    #: Seconds, as `time.monotonic` counts them.
    ends_at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """The deadline that many seconds from now."""
        return cls(time.monotonic() + seconds)

    @property
    def passed(self) -> bool:
        """True from the instant on."""
        return self.remaining() <= 0

    def remaining(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self.ends_at - time.monotonic())

    def cap(self, seconds: float) -> float:
        """How long a step that may take `seconds` may take at most; above 0, as sockets want it."""
        return max(0.001, min(seconds, self.remaining()))

    def within(self, seconds: float) -> "Deadline":
        """The earlier one of this deadline and `seconds` from now."""
        return Deadline(min(self.ends_at, time.monotonic() + seconds))
