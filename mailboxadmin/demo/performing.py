"""Playing one scenario and mending it: what is done to the mailbox, and what came of it.

The mailbox is synced by the use case that everybody's is synced by; what comes of it is read,
never written.
"""

from contextlib import ExitStack

from mailboxadmin.demo.scenario import Scenario
from mailboxadmin.demo.stage import Stage
from mailboxadmin.domain.activity import Code
from mailboxadmin.domain.errors import MailboxAdminError
from mailboxadmin.services.overview.activity import Filter, read_page


class NotWell(MailboxAdminError):
    """Raised when the mailbox does not recover from what was played."""


class Performance:
    """What is played on a stage; by one thread at a time."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._held = ExitStack()
        #: Nothing was played since it was last mended.
        self.is_well = True

    def play(self, scenario: Scenario, *, actor: str) -> str | None:
        """Bring the fault about and sync; the code that came of it, None when none did.

        Raises:
            NotPlayed: the sync did not come to its end.
        """
        self.is_well = False
        stage = self._stage.by(actor)
        deps = scenario.play.begin(stage, self._held)
        began = self._last_entry()
        report = stage.sync(deps)
        if report.finding is not None:
            return report.finding.code
        if scenario.logged_as and self._was_logged(scenario.logged_as, began):
            return scenario.code
        return None

    def mend(self, *, actor: str) -> None:
        """Let everything behave, put the mailbox back, and see that it is well.

        Raises:
            NotPlayed: the sync did not come to its end.
            NotWell: it does not recover.
        """
        self.let_go()
        stage = self._stage.by(actor)
        stage.rest()
        report = stage.sync()
        if report.finding is not None:
            raise NotWell(f"The mailbox is not well again: {report.finding.summary}")
        self.is_well = True

    def let_go(self) -> None:
        """Let everything behave."""
        self._held.close()

    def _last_entry(self) -> int:
        page = read_page(self._stage.deps, Filter(), limit=1)
        return page.entries[0].id if page.entries else 0

    def _was_logged(self, code: Code, after_id: int) -> bool:
        wanted = Filter(mailbox_id=self._stage.mailbox_id, code=code.value)
        return bool(read_page(self._stage.deps, wanted, after_id=after_id, limit=1).entries)
