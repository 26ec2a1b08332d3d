"""All mailboxes of a case tried again at once, because a person thinks that it is mended."""

from datetime import datetime
from functools import partial

from mailboxadmin.services.deps import Deps
from mailboxadmin.services.overview.board import read_cases
from mailboxadmin.services.overview.cases import BROKEN, Case
from mailboxadmin.services.syncing.sync import sync_mailbox
from mailboxadmin.store.mailboxes import mailbox_row


def try_case(deps: Deps, key: str, *, actor: str) -> Case | None:
    """Have the pool try each mailbox of the case; the case, or None when there is none any more."""
    asked_at = deps.clock.now()
    case = next((case for case in read_cases(deps) if case.key == key), None)
    for mailbox in case.mailboxes if case else ():
        deps.pool.submit(partial(_try, deps, mailbox.id, asked_at, actor))
    return case


def _try(deps: Deps, mailbox_id: int, asked_at: datetime, actor: str) -> None:
    """Sync it, unless that is settled: who is impatient asks twice, and servers count tries."""
    with deps.store.read() as db:
        row = mailbox_row(db, mailbox_id)
        tried_since = row.last_attempt_at is not None and row.last_attempt_at >= asked_at
        settled = tried_since or row.state not in BROKEN
    if not settled:
        sync_mailbox(deps, mailbox_id, actor=actor)
