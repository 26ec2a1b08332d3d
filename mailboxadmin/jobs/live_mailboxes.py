"""Mailboxes whose server tells of new mail, each in a thread of its own, apart from the runs."""

import threading
from collections.abc import Callable

from mailboxadmin.jobs.apart import Apart
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.live import Line
from mailboxadmin.services.machine.open_files import allow_open_files
from mailboxadmin.services.mailboxes.live_choice import mailboxes_to_begin
from mailboxadmin.services.mailboxes.waiting import wait_for_change

#: How often it looks who should wait, without a reason to look at once.
LOOK_EVERY_S = 2.0
#: So many connections are begun with in one look: after a start not all knock in one instant.
MOST_AT_ONCE = 20
#: A connection and two ends of what wakes its thread, for 500 mailboxes; and all the rest.
OPEN_FILES = 4096


class LiveMailboxes(Apart):
    """Looks, again and again, who should wait for mail and does not."""

    name = "live"
    #: How long a stop waits for the goodbyes.
    goodbyes_s = 2.0

    def __init__(self, deps: Deps, hurry: Callable[[], object]) -> None:
        super().__init__(deps)
        self._hurry = hurry

    def work(self, stop: threading.Event) -> None:
        """Until it is stopped."""
        allow_open_files(OPEN_FILES)
        news = self._deps.live.news
        while not stop.is_set():
            news.clear()
            for each in mailboxes_to_begin(self._deps)[:MOST_AT_ONCE]:
                if (line := self._deps.live.begin(each.id, each.configured_at)) is not None:
                    self._begin(line)
            news.wait(LOOK_EVERY_S)

    def stop(self) -> bool:
        """End all waiting, and this."""
        self._stop.set()
        self._deps.live.news.set()
        self._deps.live.close(timeout_s=self.goodbyes_s)
        return super().stop()

    def _begin(self, line: Line) -> None:
        threading.Thread(
            target=wait_for_change,
            args=(self._deps, line, self._hurry),
            name="idle",
            daemon=True,
        ).start()
