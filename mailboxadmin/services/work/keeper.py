"""Looks after a run while it talks to the server: renews its lease, hears that it is stopped.

Each in a thread of its own: a renewal waits for the database's writer, and who asks a run to
stop must not wait with it.
"""

import logging
import threading
from collections.abc import Callable

from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.machine.memory import read_memory
from mailboxadmin.services.running import RunControl
from mailboxadmin.store import leases, runs

log = logging.getLogger(__name__)

RENEW_EVERY_S = 10
LOOK_EVERY_S = 1
#: The name of the thread that renews.
LEASE_THREAD = "lease"

Duty = Callable[[Deps, RunControl], bool]


def keep(deps: Deps, control: RunControl) -> None:
    """Look after a run in threads of its own, until it ends."""
    for name, duty, every_s in (
        (LEASE_THREAD, _renewed, RENEW_EVERY_S),
        ("cancel", _not_cancelled, LOOK_EVERY_S),
    ):
        keeper = threading.Thread(target=_keep, args=(deps, control, duty, every_s), name=name)
        keeper.daemon = True
        keeper.start()


def _keep(deps: Deps, control: RunControl, duty: Duty, every_s: float) -> None:
    """Stop the run as soon as it may not go on."""
    wait_s = every_s
    while not control.wait(wait_s):
        try:
            if not duty(deps, control):
                control.stop()
            wait_s = every_s
        except StoreUnavailable as fault:
            # Owed, and tried again in a second; if it lasts, the lease runs out and the
            # run finds that out itself before it writes.
            wait_s = LOOK_EVERY_S
            log.warning("run %s could not be looked after: %s", control.run_id, fault)


def _not_cancelled(deps: Deps, control: RunControl) -> bool:
    with deps.store.read() as db:
        return runs.cancelled_by(db, control.run_id) is None


def _renewed(deps: Deps, control: RunControl) -> bool:
    used = read_memory().now
    with deps.store.write() as db:
        return leases.renew_lease(
            db, control.mailbox_id, control.run_id, deps.clock.now(), memory_bytes=used
        )
