"""Moves and flags of here, told to the server: at the beginning of a run, and at its end.

nothing waits ------------------> not even a command is sent
`allow_changes` is off ---------> failed, and that is said: nothing is written
else flags, while the messages have the numbers that are known, then moves
"""

from mailboxadmin.domain.filing import Kind
from mailboxadmin.imap.session import Session
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.effective import effective_for
from mailboxadmin.services.filing_desk import Desk
from mailboxadmin.services.pulling import Tally
from mailboxadmin.services.push_flags import push_flags
from mailboxadmin.services.push_moves import push_moves
from mailboxadmin.services.runs import Run
from mailboxadmin.store.changes import waiting_changes

SWITCHED_OFF = "Moving and flagging was switched off before the mail server was told."


def push_changes(deps: Deps, run: Run, session: Session, tally: Tally) -> None:
    """Tell the server what was moved and flagged here; nothing with `allow_changes` off.

    Raises:
        MailFailure: it does not let us at all, or went away; what it has is settled.
        Cancelled: the run was stopped.
        StoreUnavailable: the rows cannot be written.
    """
    with deps.store.read() as db:
        waiting = {kind: waiting_changes(db, run.mailbox_id, kind) for kind in Kind}
        if not any(waiting.values()):
            return
        allowed = effective_for(db, deps.providers, run.mailbox_id).allows_changes
    desk = Desk(deps=deps, run=run, session=session, tally=tally)
    if not allowed:
        for kind, changes in waiting.items():
            desk.fail(kind, changes, why=SWITCHED_OFF)
        return
    push_flags(desk, waiting[Kind.FLAG])
    if waiting[Kind.MOVE]:
        push_moves(desk)
