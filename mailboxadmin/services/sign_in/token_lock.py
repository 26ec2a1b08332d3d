"""One refresh of a mailbox at a time, over threads and processes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from mailboxadmin.domain.errors import Facts, Happening, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.token import TokenAnswer
from mailboxadmin.outbound.transport import CALL_LIMIT_S
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.machine.file_lock import FileLock

#: Whoever renews it is done after one call, and a little.
LOCK_LIMIT_S = CALL_LIMIT_S + 2
_LOOK_EVERY_S = 0.05


class StillRenewing(MailFailure):
    """Raised when another process renews the token and does not come to its end."""


@contextmanager
def alone(deps: Deps, mailbox_id: int, key: AppKey) -> Iterator[None]:
    """Hold the refresh lock of a mailbox for the block; a process that died holds nothing.

    Raises:
        StillRenewing: another one has not come to its end.
    """
    folder = deps.instance / "locks"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = FileLock(folder / f"token-{mailbox_id}.lock")
    until = time.monotonic() + LOCK_LIMIT_S
    while not lock.take():
        if time.monotonic() >= until:
            raise StillRenewing(
                Facts(
                    phase=Phase.TOKEN,
                    happening=Happening.TOKEN_UNREACHABLE,
                    detail=f"process {lock.holder() or 'unknown'} is renewing the token still",
                    token=TokenAnswer(app=key.value),
                )
            )
        time.sleep(_LOOK_EVERY_S)
    try:
        yield
    finally:
        lock.release()
