"""The tokens whose time has come are renewed, also of mailboxes that nobody syncs."""

import logging
import threading
from collections import Counter

from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.tokens import refresh_if_due
from mailboxadmin.store.grants import due_for_refresh

log = logging.getLogger(__name__)

#: A provider that did not answer so often is left alone until the next turn.
MOST_UNANSWERED = 3


def refresh_due_tokens(deps: Deps, stop: threading.Event) -> int:
    """Renew each in turn; how many were due. What fails is noted where it is shown."""
    unanswered: Counter[str] = Counter()
    with deps.store.read() as db:
        due = due_for_refresh(db, deps.clock.now())
    for mailbox_id, app in due:
        if stop.is_set() or unanswered[app] >= MOST_UNANSWERED:
            continue
        try:
            refresh_if_due(deps, mailbox_id)
        except MailFailure as failure:
            # The log of activity and the permission have it; the next turn is the retry.
            log.info("the token of mailbox %s was not renewed: %s", mailbox_id, failure)
            unanswered[app] += failure.facts.token is None or not failure.facts.token.error
    return len(due)
