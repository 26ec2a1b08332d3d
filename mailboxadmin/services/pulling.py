"""What is at hand while one folder is pulled, and what a run has done so far."""

from collections import Counter
from dataclasses import dataclass, field

from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.folder import Cursor, FolderStatus
from mailboxadmin.domain.run import Counts
from mailboxadmin.imap.session import Session
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.runs import Run


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a run has done so far; grows while it goes on."""

    new: int = 0
    changed: int = 0
    removed: int = 0
    quarantined: int = 0
    #: By folder: messages known to be on the server and not fetched yet.
    waiting: Counter[str] = field(default_factory=Counter)
    #: By folder and UID: how often the server hung up over that message.
    hang_ups: Counter[tuple[str, int]] = field(default_factory=Counter)
    #: Folders that are up to date.
    folders_done: set[str] = field(default_factory=set)
    #: Of the first folder that failed; None while none did.
    finding: Finding | None = None
    #: True once anything was committed.
    progress: bool = False

    def counts(self) -> Counts:
        """As the run's row keeps them."""
        return Counts(
            new=self.new,
            changed=self.changed,
            removed=self.removed,
            quarantined=self.quarantined,
            remaining=self.waiting.total(),
        )


@dataclass(slots=True, kw_only=True)
class Pull:
    """What pulling one folder needs at hand."""

    deps: Deps
    run: Run
    session: Session
    tally: Tally
    #: The folder's name.
    name: str
    status: FolderStatus = field(init=False)
    folder_id: int = field(init=False)
    cursor: Cursor = field(init=False)
