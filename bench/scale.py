"""How much is measured: all of it, or a little to try whether it works."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The numbers of a bench."""

    #: Each figure is the median of so many.
    rounds: int
    #: Numbers of messages, mailboxes and clicks are divided by this.
    divisor: int

    def of(self, count: int) -> int:
        """So many at this scale."""
        return max(1, count // self.divisor)


FULL = Scale(rounds=5, divisor=1)
#: Its figures say nothing; that they come is what is tried.
QUICK = Scale(rounds=2, divisor=20)
