"""The tokens whose time has come are renewed, also of mailboxes that nobody syncs."""

import logging
import threading
from collections import Counter

from mailboxadmin.domain.errors import InvalidInput, MailFailure
from mailboxadmin.domain.finding import Finding
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.sign_in.tokens import refresh_if_due, refresh_now
from mailboxadmin.services.verdict.findings import finding_for
from mailboxadmin.store.grants import due_for_refresh, grant_row
from mailboxadmin.store.mailboxes import mailbox_row

log = logging.getLogger(__name__)

#: A provider that did not answer so often is left alone until the next turn.
MOST_UNANSWERED = 3


def refresh_token(deps: Deps, mailbox_id: int, *, actor: str) -> Finding | None:
    """Ask the provider for a new token now; why there is none, or None when there is.

    Raises:
        NotFound: there is no such mailbox.
        InvalidInput: it is not connected with a permission.
    """
    with deps.store.read() as db:
        mailbox_row(db, mailbox_id)
        if grant_row(db, mailbox_id) is None:
            raise InvalidInput("mailbox", "It is not connected with Gmail or Outlook.")
    try:
        refresh_now(deps, mailbox_id, actor=actor)
    except MailFailure as failure:
        return finding_for(deps, mailbox_id, failure.facts)
    return None


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
