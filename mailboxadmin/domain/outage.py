"""Times during which one thing was wrong with a mailbox, and whether it mended itself."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Some time during which one thing was wrong."""

    began_at: datetime
    #: None while it goes on.
    ended_at: datetime | None
    #: It mended itself, or may; otherwise someone had to act.
    temporary: bool
    code: str
    #: What was wrong, in a sentence.
    summary: str
    #: How many are told of together.
    times: int = 1
    #: It ended because something else was wrong, not because it was mended.
    replaced: bool = False


def mended_together(outages: Iterable[Outage]) -> list[Outage]:
    """What was replaced by something for which someone had to act did not mend itself either.

    Args:
        outages: of one mailbox, the oldest first.
    """
    found: list[Outage] = []
    for each in reversed(list(outages)):
        after = found[-1] if found else None
        if each.replaced and after is not None and not after.temporary:
            each = replace(each, temporary=False)
        found.append(each)
    return found[::-1]
