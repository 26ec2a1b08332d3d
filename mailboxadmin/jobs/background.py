"""What a server process does beside answering requests, from its start to its end."""

import logging
import time

from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.jobs.scheduler import Scheduler
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.keeping.closed import tell_closed
from mailboxadmin.services.keeping.key_check import repair_mode
from mailboxadmin.services.machine.file_lock import use_instance
from mailboxadmin.services.machine.log_file import write_log

log = logging.getLogger(__name__)


class Background:
    """The lock that says a server runs, the log file, the scheduler and the pool's last minute."""

    def __init__(self, deps: Deps, *, scheduler: bool) -> None:
        self._deps = deps
        self._scheduler = Scheduler(deps) if scheduler else None
        self._in_use = use_instance(deps.instance)

    def start(self) -> None:
        """Begin.

        Raises:
            OSError: the instance folder cannot be written.
            StoreUnavailable: the database cannot be written.
        """
        write_log(self._deps.instance)
        if words := repair_mode(self._deps):
            log.warning(words)
        tell_closed(self._deps)
        if self._scheduler is not None:
            self._scheduler.start()

    @property
    def where(self) -> str:
        """Where the scheduler runs, as one says it."""
        if self._scheduler is None:
            return "this process runs no scheduler"
        return self._scheduler.where

    def stop(self, *, timeout_s: float) -> bool:
        """End everything that goes on; False when some did not end in time.

        Runs are cut off; what they committed stays, and the next start goes on there.
        """
        end = time.monotonic() + timeout_s
        ticked_last = self._stop_scheduler()
        # First nobody may begin, then those that go on are cut off.
        self._deps.pool.close(timeout_s=0)
        self._deps.running.stop_all()
        ended = self._deps.pool.close(timeout_s=max(0.0, end - time.monotonic()))
        if not ended:
            log.warning("some runs did not end in time; their leases run out by themselves")
        self._in_use.release()
        return ended and ticked_last

    def _stop_scheduler(self) -> bool:
        try:
            return self._scheduler is None or self._scheduler.stop()
        except StoreUnavailable as fault:
            # It must not keep the process from ending; the next start says "took over".
            log.warning("the scheduler's end could not be noted: %s", fault)
            return True
