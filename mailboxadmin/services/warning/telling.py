"""Telling people, from what goes on to what was sent: all of it, once a tick."""

import threading

from mailboxadmin.services.deps import Deps
from mailboxadmin.services.notifying.delivering import deliver
from mailboxadmin.services.notifying.notices import make_notices
from mailboxadmin.services.notifying.pinging import give_sign_of_life
from mailboxadmin.services.warning.digest import make_digest


def tell(deps: Deps, stop: threading.Event | None = None, *, gathered: bool = False) -> None:
    """Write what is to be told now, send what waits, and give a sign of life.

    Args:
        stop: set: send no more.
        gathered: all mailboxes that are due have been tried in this round.

    Raises:
        StoreUnavailable: the database cannot be used.
    """
    # First, because it must not wait for a mail server that drips.
    give_sign_of_life(deps)
    make_notices(deps, gathered=gathered)
    deliver(deps, stop)
    # Last, because it looks at everything: whatever goes wrong with it holds up nothing else.
    if make_digest(deps):
        deliver(deps, stop)
