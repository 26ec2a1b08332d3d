"""The third pass over messages: their words into the index of the search."""

import threading

from mailboxadmin.jobs.apart import Apart
from mailboxadmin.services.reading.index_mail import index_mail


class IndexMail(Apart):
    """Puts what was examined into the index."""

    name = "index"

    def work(self, stop: threading.Event) -> None:
        """Every message that waits."""
        index_mail(self._deps, stop=stop)
