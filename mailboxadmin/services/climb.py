"""The ladder from a server's name to the folders, climbed until the first red rung.

Nothing is changed on the server: folders are asked about with LIST and STATUS, and
opened for reading only where a server cannot add up a folder's size.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mailboxadmin.domain.effective import Effective
from mailboxadmin.domain.errors import Facts, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.folder import ListedFolder
from mailboxadmin.domain.mailbox import FirstSync, Step
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.ladder import Ladder
from mailboxadmin.imap.session import Session, connect
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.draft import Plan, account_of
from mailboxadmin.services.forecast import first_sync
from mailboxadmin.services.special_folders import unlisted
from mailboxadmin.services.wanted import require_folder

OnStep = Callable[[Step], None]

#: The whole climb, on the clock: with the look-ups before it, a broken mailbox is told of
#: within half a minute.
CLIMB_LIMIT_S = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Climbed:
    """How far it went."""

    steps: tuple[Step, ...]
    #: Why it ended early; None when every rung was green.
    facts: Facts | None = None
    #: Folder names as the server lists them.
    folders: tuple[str, ...] = ()
    first_sync: FirstSync | None = None


def climb(deps: Deps, plan: Plan, on_step: OnStep, *, count: bool) -> Climbed:
    """Climb as the plan says; no transaction is open while it talks.

    Args:
        on_step: told of each rung as soon as it is green or red.
        count: ask what a first sync would bring, too.
    """
    seen = _Seen(on_step)
    try:
        with deps.store.read() as db:
            account = account_of(db, deps, plan)
        deadline = Deadline.after(CLIMB_LIMIT_S)
        with connect(account, network=deps.network, deadline=deadline, on_step=seen) as session:
            messages = _folders(session, plan.effective, seen)
            first = first_sync(deps, session, plan.effective, messages) if count else None
    except MailFailure as failure:
        return seen.ended(facts=failure.facts)
    return seen.ended(first_sync=first)


class _Seen:
    """What was seen on the way, also when it ends early."""

    def __init__(self, on_step: OnStep) -> None:
        self._on_step = on_step
        self.steps: list[Step] = []
        self.folders: list[ListedFolder] = []

    def __call__(self, step: Step) -> None:
        self.steps.append(step)
        self._on_step(step)

    def ended(self, *, facts: Facts | None = None, first_sync: FirstSync | None = None) -> Climbed:
        names = tuple(folder.name for folder in self.folders if folder.selectable)
        return Climbed(steps=tuple(self.steps), facts=facts, folders=names, first_sync=first_sync)


def _folders(session: Session, chosen: Effective, seen: _Seen) -> int:
    """The last rung: every folder to sync can be opened; how many messages they hold."""
    with Ladder(seen).rung(Phase.FOLDERS) as rung:
        seen.folders = session.list_folders()
        for name in chosen.folders:
            require_folder(name, seen.folders)
        messages = sum(session.status(name).messages for name in chosen.folders)
        missing = unlisted(seen.folders, chosen)
        said = [f"for {use.label}, {each.sentence[:-1]}" for use, each in missing.items()]
        found = sum(folder.selectable for folder in seen.folders)
        rung.detail = "; ".join([f"{found} found", *said])
    return messages
