"""One finding of the catalogue, and how the sample office's servers bring it about.

Nobody writes a finding: a scenario makes a server, a setting or the database misbehave for one
mailbox, then that is synced, and what comes of it is what would come of it in life.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

from mailboxadmin.demo.stage import Stage
from mailboxadmin.domain.activity import Code
from mailboxadmin.services.deps import Deps


class Play(Protocol):
    """How a fault is brought about."""

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """Make it so until `held` is closed; the tools with which the mailbox is then synced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A fault that can be played."""

    #: The finding that must come of it.
    code: str
    #: What happens, in words for an admin.
    story: str
    play: Play
    #: Where the log alone tells of it, since the mailbox stays well: with this entry.
    logged_as: Code | None = None
