"""A fault of our own: written to the log, so that the number on the page leads to it."""

import logging

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.services.deps import Deps
from mailboxadmin.store.activity import add_entry

log = logging.getLogger(__name__)


def record_failure(deps: Deps, fault: Exception, *, where: str, actor: str) -> int | None:
    """Write the fault down; the entry's id, or None when not even that can be written.

    Only the kind of the fault is kept: its text may hold what must not stand in a log.
    """
    kind = type(fault).__name__
    entry = Entry(
        code=Code.APP_FAILED,
        level=Level.ERROR,
        message=f"Mailbox Admin itself failed: {kind} in {where}. The server's own log has more.",
        actor=actor,
        detail={"kind": kind, "where": where},
    )
    try:
        with deps.store.write() as db:
            return add_entry(db, entry, deps.clock.now())
    except StoreUnavailable as why:
        log.error("a fault could not be written to the activity log: %s", why)
        return None
