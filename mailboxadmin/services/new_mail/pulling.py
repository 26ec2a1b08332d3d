"""What is at hand while one folder is pulled, and what a run has done so far."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy.orm import Session as DbSession

from mailboxadmin.domain.errors import Facts, Happening, MailFailure
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.folder import Cursor, FolderStatus
from mailboxadmin.domain.run import Counts
from mailboxadmin.imap.session import Session
from mailboxadmin.services.clicks.outbox import Place
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.folders.selection import Selection
from mailboxadmin.services.sign_in.account import says_spent
from mailboxadmin.services.work.runs import Run
from mailboxadmin.store import runs

#: After these the folder is at fault, and the next one may be fine.
_FOLDER_FAULTS = frozenset(
    {
        Happening.FOLDER_MISSING,
        Happening.FOLDER_NOT_SELECTABLE,
        Happening.ANSWER_NO,
        Happening.ANSWER_BAD,
    }
)


#: A server that hangs up so often over one message does it because of that message.
HANG_UPS = 2


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a run has done so far; grows while it goes on."""

    new: int = 0
    changed: int = 0
    removed: int = 0
    pushed: int = 0
    quarantined: int = 0
    #: By folder: messages known to be on the server and not fetched yet.
    waiting: Counter[str] = field(default_factory=Counter)
    #: By folder and UID: how often the server hung up over that message.
    hang_ups: Counter[tuple[str, int]] = field(default_factory=Counter)
    #: The server ended the connection over what it was told: it is told no more in this run.
    ended_over_clicks: bool = False
    #: Tokens that ended while they were used.
    spent_tokens: int = 0
    #: True once a message came whole.
    came: bool = False
    #: By folder and UID: the server hung up over the size of one of these.
    doubted: set[tuple[str, int]] = field(default_factory=set)
    #: Folders that are up to date, by their row; noted with the run's end.
    folders_done: set[int] = field(default_factory=set)
    #: Of the first folder that failed; None while none did.
    finding: Finding | None = None
    #: What is known of that failure.
    facts: Facts | None = None
    #: True once anything was committed.
    progress: bool = False
    #: How many messages it may still fetch; None: as many as there are.
    allowance: int | None = None

    def take(self, wanted: int) -> int:
        """How many of so many messages may be fetched; they count as taken."""
        if self.allowance is None:
            return wanted
        granted = min(wanted, self.allowance)
        self.allowance -= granted
        return granted

    def give_back(self, left: int) -> None:
        """So many that counted as taken did not come."""
        if self.allowance is not None:
            self.allowance += left

    def failed(self, finding: Finding, facts: Facts) -> None:
        """A folder failed alone; of several the first is told."""
        if self.finding is None:
            self.finding, self.facts = finding, facts

    @property
    def reasons_to_connect_again(self) -> int:
        """Grows when the server hung up over something that can be left out."""
        return self.hang_ups.total() + len(self.doubted) + self.ended_over_clicks

    def counts(self) -> Counts:
        """As the run's row keeps them."""
        return Counts(
            new=self.new,
            changed=self.changed,
            removed=self.removed,
            pushed=self.pushed,
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
    selection: Selection
    #: What the server says of it; before it was opened, nothing.
    status: FolderStatus = field(init=False)
    #: None before the folder was first opened.
    cursor: Cursor | None = None
    folder_id: int = 0

    @property
    def place(self) -> Place:
        """The folder, for an entry about it."""
        return Place(run=self.run, folder_id=self.folder_id, name=self.name)

    def note_counts(self, db: DbSession) -> None:
        """What the run did so far; in the transaction of the rows it speaks of."""
        runs.note_counts(db, self.run.id, self.tally.counts())


def hung_up(failure: MailFailure) -> bool:
    """True when the server ended the connection over what it was asked, with or without a word.

    Not so when a token's time was up, which has nothing to do with what was asked.
    """
    ended = failure.facts.happening in (Happening.ANSWER_BYE, Happening.CLOSED)
    return ended and not says_spent(failure.facts)


def of_the_folder(facts: Facts) -> bool:
    """True when one folder failed and the others may be fine."""
    return facts.happening in _FOLDER_FAULTS and facts.server_wait is None
