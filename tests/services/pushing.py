"""The part of a run that tells the server what was done here, without all that follows it."""

from collections.abc import Callable

from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.session import Session, connect
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.new_mail.pulling import Tally
from mailboxadmin.services.sign_in.account import account_for
from mailboxadmin.services.work.runs import Run, begin_run, held
from mailboxadmin.store.leases import end_lease
from tests.support.office import Box, Office
from tests.support.waiting import PATIENCE_S


def push_with(
    part: Callable[[Deps, Run, Session, Tally], object], office: Office, box: Box
) -> Tally:
    """Only that part, in a run of its own."""
    tally, deadline = Tally(), Deadline.after(PATIENCE_S)
    run = begin_run(office.deps, box.id, actor="scheduler")
    with office.deps.store.read() as db:
        account = account_for(db, office.deps, box.id)
    try:
        with (
            held(office.deps, run),
            connect(account, network=office.deps.network, deadline=deadline) as session,
        ):
            part(office.deps, run, session, tally)
    finally:
        with office.deps.store.write() as db:
            end_lease(db, box.id, run.id)
    return tally
