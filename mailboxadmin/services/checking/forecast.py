"""What a first sync would bring: how many messages, how many bytes, and whether there is room."""

import shutil

from mailboxadmin.domain.effective import Effective
from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.mailbox import FirstSync
from mailboxadmin.imap.session import Session
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.folders.selection import Selection

#: The size of many messages is estimated from so many of them.
SAMPLE = 2000


def first_sync(deps: Deps, session: Session, chosen: Effective, messages: int) -> FirstSync | None:
    """What the first sync would bring; None when the server cannot say.

    Args:
        chosen: the folders, and which of their messages.
        messages: how many all of those folders hold.
    """
    wanted = Selection.of(chosen, deps.clock.now())
    try:
        if wanted.name is None:
            size = sum(map(session.mailbox_size, chosen.folders))
        else:
            amounts = [_amount(session, name, wanted) for name in chosen.folders]
            messages, size = (sum(each) for each in zip(*amounts, strict=True))
    except MailFailure:
        # The mailbox works; only the forecast is missing, and the page says nothing of it.
        return None
    free = shutil.disk_usage(deps.instance).free
    return FirstSync(messages=messages, size_bytes=size, free_bytes=free)


def _amount(session: Session, name: str, wanted: Selection) -> tuple[int, int]:
    """The wanted messages of a folder and their bytes."""
    session.select(name)
    uids = sorted(wanted.recent(session, wanted.listed(session, session.uids())))
    sample = uids[:: len(uids) // SAMPLE + 1]
    total = sum(size for _, size in session.sizes(sample))
    return len(uids), total * len(uids) // len(sample) if sample else 0
