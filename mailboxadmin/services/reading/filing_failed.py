"""What the server could not be told, and what a person decides about it."""

from collections.abc import Sequence

from mailboxadmin.services.clicks.filing_within import require_allowed
from mailboxadmin.services.clicks.read_status import make_due
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.syncing.push_soon import push_soon
from mailboxadmin.store.changes import failed_changes, forget_failed, try_failed_again

#: So many at once; the next click goes on.
MOST = 10_000


def try_again(deps: Deps, mailbox_id: int, ids: Sequence[int] | None, *, actor: str) -> int:
    """Have what failed for these messages, or all, wait again; how much that is.

    Raises:
        InvalidInput: `allow_changes` is off.
    """
    with deps.store.write() as db:
        require_allowed(db, deps, mailbox_id)
        now = deps.clock.now()
        failed = failed_changes(db, mailbox_id, ids, limit=MOST)
        try_failed_again(db, failed, now, actor=actor)
        make_due(db, mailbox_id, now)
    push_soon(deps, mailbox_id)
    return len(failed)


def dismiss(deps: Deps, mailbox_id: int, ids: Sequence[int] | None) -> int:
    """Let what failed for these messages, or all, be as the server has it; how much that is."""
    with deps.store.write() as db:
        failed = failed_changes(db, mailbox_id, ids, limit=MOST)
        forget_failed(db, failed)
    return len(failed)
