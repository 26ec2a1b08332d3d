"""Looks after a run while it talks to the server: renews its lease, hears that it is stopped."""

import logging
import threading

from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.running import RunControl
from mailboxadmin.store import leases, runs

log = logging.getLogger(__name__)

RENEW_EVERY_S = 10
LOOK_EVERY_S = 1


def keep(deps: Deps, control: RunControl) -> None:
    """Look after a run in a thread of its own, until it ends."""
    threading.Thread(target=_keep, args=(deps, control), name="keeper", daemon=True).start()


def _keep(deps: Deps, control: RunControl) -> None:
    looks = 0
    while not control.wait(LOOK_EVERY_S):
        looks += 1
        try:
            if _cancelled(deps, control):
                control.stop()
            elif looks >= RENEW_EVERY_S:
                if not _renew(deps, control):
                    control.stop()
                looks = 0
        except StoreUnavailable as fault:
            # Owed, and tried again in a second; if it lasts, the lease runs out and the
            # run finds that out itself before it writes.
            log.warning("the lease of run %s was not renewed: %s", control.run_id, fault)


def _cancelled(deps: Deps, control: RunControl) -> bool:
    with deps.store.read() as db:
        return runs.cancelled_by(db, control.run_id) is not None


def _renew(deps: Deps, control: RunControl) -> bool:
    with deps.store.write() as db:
        return leases.renew_lease(db, control.mailbox_id, control.run_id, deps.clock.now())
