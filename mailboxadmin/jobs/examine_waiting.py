"""The second pass over messages: their text, previews and attachments."""

import threading

from mailboxadmin.jobs.apart import Apart
from mailboxadmin.services.reading.examine import examine_messages


class ExamineWaiting(Apart):
    """Examines what was stored and not looked at yet."""

    name = "examine"

    def work(self, stop: threading.Event) -> None:
        """Every message that waits."""
        examine_messages(self._deps, stop=stop)
