"""What was asked to be erased, in a thread of its own: with much mail it takes minutes."""

import threading

from mailboxadmin.jobs.apart import Apart
from mailboxadmin.services.staff.erasing_apart import erase_asked


class EraseAsked(Apart):
    """Erases until nothing waits; what is cut off is begun again after the next start."""

    name = "erase"

    def work(self, stop: threading.Event) -> None:
        """All that was asked for."""
        erase_asked(self._deps, stop)
