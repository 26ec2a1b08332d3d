"""Handing due mailboxes to the pool, each once."""

import threading

from mailboxadmin.domain.activity import SCHEDULER
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.settings import read_settings
from mailboxadmin.services.syncing.rounds import due_mailboxes, is_due
from mailboxadmin.services.syncing.sync import sync_mailbox
from mailboxadmin.services.work.runs import close_gone_runs


class SyncDue:
    """Remembers which mailboxes wait in the pool or are being synced by us."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._change = threading.Lock()
        self._handed_out: set[int] = set()
        self._size = 0

    def run(self) -> int:
        """Hand out what is due and does not wait already; how many that were."""
        self._fit_pool()
        close_gone_runs(self._deps)
        due = due_mailboxes(self._deps, self._deps.clock.now())
        with self._change:
            fresh = [mailbox_id for mailbox_id in due if mailbox_id not in self._handed_out]
            self._handed_out.update(fresh)
        for mailbox_id in fresh:
            self._submit(mailbox_id)
        return len(fresh)

    def _submit(self, mailbox_id: int) -> None:
        def work() -> None:
            try:
                # A person may have tried it meanwhile, and its server counts refused tries.
                if is_due(self._deps, mailbox_id, self._deps.clock.now()):
                    sync_mailbox(self._deps, mailbox_id, actor=SCHEDULER)
            finally:
                with self._change:
                    self._handed_out.discard(mailbox_id)

        self._deps.pool.submit(work)

    def _fit_pool(self) -> None:
        # Only on a change: asking again while some are still leaving would dismiss more.
        views = {view.setting.key: view.in_force for view in read_settings(self._deps)}
        wanted = int(views["parallel_syncs"])
        if wanted != self._size:
            self._deps.pool.resize(wanted)
            self._size = wanted
