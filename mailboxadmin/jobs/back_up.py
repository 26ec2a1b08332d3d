"""The backup of the day in a thread of its own: where there is much mail it takes minutes."""

import threading

from mailboxadmin.jobs.apart import Apart
from mailboxadmin.services.keeping.daily_backup import back_up_if_due


class BackUp(Apart):
    """Makes it when it is due; one that is stopped in the middle leaves nothing behind."""

    name = "backup"

    def work(self, stop: threading.Event) -> None:
        """At most one."""
        back_up_if_due(self._deps, stop)
