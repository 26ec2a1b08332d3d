"""The ladder from a server's name to the folders, climbed until the first red rung.

Nothing is changed on the server: folders are opened for reading only, and no message is
marked as read.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from mailboxadmin.domain.cuttable import OnOpen
from mailboxadmin.domain.errors import Facts, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.folder import ListedFolder
from mailboxadmin.domain.mailbox import Account, FirstSync, Step, with_step
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.ladder import Ladder, ignore
from mailboxadmin.imap.session import Session, connect
from mailboxadmin.imap.trace import Trace
from mailboxadmin.services.checking.forecast import first_sync
from mailboxadmin.services.checking.last_rung import LastRung
from mailboxadmin.services.debug.recording import recorded
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.sign_in.account import tell_asked
from mailboxadmin.services.sign_in.draft import Plan, account_of
from mailboxadmin.store.debug import recorded_until

OnStep = Callable[[Step], None]

#: The whole climb, on the clock: with the look-ups before it, a broken mailbox is told of
#: within half a minute.
CLIMB_LIMIT_S = 24.0
#: For one answer: short, so that silence is told as the server's before the climb is over.
ANSWER_LIMIT_S = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Climbed:
    """How far it went."""

    steps: tuple[Step, ...]
    #: Why it ended early; None when every rung was green.
    facts: Facts | None = None
    #: Folder names as the server lists them.
    folders: tuple[str, ...] = ()
    first_sync: FirstSync | None = None


def climb(
    deps: Deps,
    plan: Plan,
    on_step: OnStep,
    *,
    actor: str,
    count: bool,
    on_open: OnOpen = ignore,
    what: str = "check-0",
) -> Climbed:
    """Climb as the plan says; no transaction is open while it talks.

    Args:
        on_step: told of each rung as soon as it is green or red.
        actor: who tries; a person may ask again for a permission that has ended.
        count: ask what a first sync would bring, too.
        on_open: given what can cut it short from another thread.
        what: how its recording is called, where debug mode is on.
    """
    seen = _Seen(on_step)
    try:
        with deps.store.read() as db:
            account = account_of(db, deps, plan, actor=actor)
            until = recorded_until(db, plan.mailbox_id, deps.clock.now())
        with ExitStack() as opened:
            # Closed last, so that the end of the conversation is in it.
            trace = opened.enter_context(recorded(deps, plan.mailbox_id, what, until))
            tell_asked(account, trace)
            first = _climb(deps, plan, account, seen, opened, count, on_open, trace)
    except MailFailure as failure:
        return seen.ended(facts=failure.facts)
    return seen.ended(first_sync=first)


def _climb(
    deps: Deps,
    plan: Plan,
    account: Account,
    seen: "_Seen",
    sessions: ExitStack,
    count: bool,
    on_open: OnOpen,
    trace: Trace | None,
) -> FirstSync | None:
    deadline = Deadline.after(CLIMB_LIMIT_S)

    def sign_in(on_step: OnStep = ignore) -> Session:
        return sessions.enter_context(
            connect(
                account,
                network=deps.network,
                deadline=deadline,
                on_step=on_step,
                on_open=on_open,
                patience_s=ANSWER_LIMIT_S,
                trace=trace,
            )
        )

    session = sign_in(seen)
    with Ladder(seen).rung(Phase.FOLDERS) as rung:
        seen.folders = session.list_folders()
        last = LastRung(deps=deps, plan=plan, session=session, again=sign_in, listed=seen.folders)
        look = last.look()
        rung.detail = look.detail
    if not count or look.messages is None:
        return None
    return first_sync(deps, last.session, plan.effective, look.messages)


class _Seen:
    """What was seen on the way, also when it ends early."""

    def __init__(self, on_step: OnStep) -> None:
        self._on_step = on_step
        self.steps: list[Step] = []
        self.folders: list[ListedFolder] = []

    def __call__(self, step: Step) -> None:
        self.steps = with_step(self.steps, step)
        self._on_step(step)

    def ended(self, *, facts: Facts | None = None, first_sync: FirstSync | None = None) -> Climbed:
        names = tuple(folder.name for folder in self.folders if folder.selectable)
        return Climbed(steps=tuple(self.steps), facts=facts, folders=names, first_sync=first_sync)
