"""What a first sync would bring: how many messages, how many bytes, and whether there is room."""

import shutil
from datetime import date, timedelta

from mailboxadmin.domain.effective import Effective
from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.mailbox import FirstSync
from mailboxadmin.imap.session import Session
from mailboxadmin.services.deps import Deps

#: The size of many messages is estimated from so many of them.
SAMPLE = 2000


def first_sync(deps: Deps, session: Session, chosen: Effective, messages: int) -> FirstSync | None:
    """What the first sync would bring; None when the server cannot say.

    Args:
        chosen: the folders, and which of their messages.
        messages: how many all of those folders hold.
    """
    since = _since(deps, chosen.since_days)
    try:
        if since is None and not chosen.only_unread:
            size = sum(map(session.mailbox_size, chosen.folders))
        else:
            amounts = [_amount(session, name, since, chosen.only_unread) for name in chosen.folders]
            messages, size = (sum(each) for each in zip(*amounts, strict=True))
    except MailFailure:
        # The mailbox works; only the forecast is missing, and the page says nothing of it.
        return None
    free = shutil.disk_usage(deps.instance).free
    return FirstSync(messages=messages, size_bytes=size, free_bytes=free)


def _since(deps: Deps, days: int) -> date | None:
    """The first day that counts, in UTC: a server's own day may differ by some hours."""
    return (deps.clock.now() - timedelta(days=days)).date() if days else None


def _amount(session: Session, name: str, since: date | None, unseen: bool) -> tuple[int, int]:
    """Messages of a folder and their bytes."""
    session.select(name)
    uids = session.uids(since=since, unseen=unseen)
    sample = uids[:: len(uids) // SAMPLE + 1]
    total = sum(size for _, size in session.sizes(sample))
    return len(uids), total * len(uids) // len(sample) if sample else 0
