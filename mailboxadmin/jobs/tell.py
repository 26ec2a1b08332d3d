"""Telling people in a thread of its own: a mail server that drips makes no tick late."""

import threading

from mailboxadmin.jobs.apart import Apart
from mailboxadmin.services.warning.telling import tell


class Tell(Apart):
    """Tells what is to be told; a message that is on its way at a stop is sent later."""

    name = "tell"
    #: The next tick is the retry, and no pause may make it miss that.
    retry_after_s = 0.0

    def work(self, stop: threading.Event) -> None:
        """Every message that waits."""
        tell(self._deps, stop)
