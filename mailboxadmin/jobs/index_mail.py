"""The third pass over messages: their words into the index of the search."""

import threading

from mailboxadmin.jobs.apart import Apart
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.index_mail import index_mail


class IndexMail(Apart):
    """Puts what was examined into the index."""

    name = "index"

    def __init__(self, deps: Deps) -> None:
        super().__init__()
        self._deps = deps

    def work(self, stop: threading.Event) -> None:
        """Every message that waits."""
        index_mail(self._deps, stop=stop)
