"""Moves and flags of here, told to the server: at the beginning of a run, and at its end.

nothing waits ------------------> not even a command is sent
`allow_changes` is off ---------> what was asked before is looked for, which is reading only;
                                  the others failed, and that is said: nothing is written
else flags, while the messages have the numbers that are known, then moves
"""

from collections.abc import Mapping, Sequence

from mailboxadmin.domain.filing import Kind
from mailboxadmin.imap.session import Session
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.new_mail.pulling import Tally
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.services.syncing.filing_desk import Desk
from mailboxadmin.services.syncing.found_again import find_asked
from mailboxadmin.services.syncing.push_flags import push_flags
from mailboxadmin.services.syncing.push_moves import push_moves
from mailboxadmin.services.work.runs import Run
from mailboxadmin.store.changes import Change, waiting_changes

SWITCHED_OFF = "Moving and flagging was switched off before it was done on the mail server."


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
        _write_nothing(desk, waiting)
        return
    push_flags(desk, waiting[Kind.FLAG])
    if waiting[Kind.MOVE]:
        push_moves(desk)


def _write_nothing(desk: Desk, waiting: Mapping[Kind, Sequence[Change]]) -> None:
    desk.fail(Kind.FLAG, waiting[Kind.FLAG], why=SWITCHED_OFF)
    # The server may have moved them, though its answer never came.
    find_asked(desk, waiting[Kind.MOVE], may_write=False)
    with desk.deps.store.read() as db:
        left = waiting_changes(db, desk.run.mailbox_id, Kind.MOVE)
    desk.fail(Kind.MOVE, [each for each in left if each.asked is None], why=SWITCHED_OFF)
