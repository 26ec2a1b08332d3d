"""Sending clicks at once, in a process that stays: a sync that begins with them.

It is a sync like any other, so it holds the mailbox, obeys the deadline and is told in
the same way; where the server offers CONDSTORE it costs little more than the push. Many
clicks are one run: those that come while it goes on are sent at its end, and what waits
in the pool finds nothing to send.
"""

import logging

from mailboxadmin.domain.activity import SCHEDULER
from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.syncing.sync import sync_mailbox
from mailboxadmin.store import changes, read_changes
from mailboxadmin.store.mailboxes import mailbox_row

log = logging.getLogger(__name__)


def push_soon(deps: Deps, mailbox_id: int) -> None:
    """Have the clicks that wait sent ahead of what waits in the pool, if the mailbox works."""
    try:
        deps.pool.submit(lambda: _push(deps, mailbox_id), urgent=True)
    except RuntimeError:
        # The server is being stopped; the mailbox is due, so the next one sends them.
        log.info("mailbox %s: what was marked is sent after the next start", mailbox_id)


def _push(deps: Deps, mailbox_id: int) -> None:
    with deps.store.read() as db:
        # One that does not work has its own next try: a click must not have the server
        # count another refused sign-in.
        works = mailbox_row(db, mailbox_id).state == State.OK
        wanted = works and (
            read_changes.can_send(db, mailbox_id) or changes.can_send_changes(db, mailbox_id)
        )
    if wanted:
        sync_mailbox(deps, mailbox_id, actor=SCHEDULER)
