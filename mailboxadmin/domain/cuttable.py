"""What a run waits for, and how somebody else ends the waiting."""

from collections.abc import Callable
from typing import Protocol


class Cuttable(Protocol):
    """What somebody waits for, and may give up: a look-up, a connection, a call."""

    def cancel(self) -> None:
        """End it now; from any thread."""

    @property
    def stands_still(self) -> bool:
        """True while the other end keeps us waiting."""


#: Given what can be cut, as soon as there is one.
OnOpen = Callable[[Cuttable], object]


def nobody_cuts(_: Cuttable) -> None:
    """For who waits to the end."""
