"""From a fault to the right sentence: how long the board knows nothing of what broke.

A real `serve` beside a real Dovecot, and somebody at a browser who looks at the board all the
time. The password is changed on the server, or the server is stopped; then somebody presses
*Sync now*, or the mailbox's turn comes and the scheduler's next tick takes it. Up to the turn it
can be as long as the check interval, which is not counted here.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bench.figures import Figure
from bench.scale import Scale
from bench.serving import Browser, serving
from bench.turns import Measure, medians
from bench.warm import Warm
from mailboxadmin.domain.settings import SETTINGS
from mailboxadmin.jobs.scheduler import TICK
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account

MESSAGES = 10
#: Between two looks at the board.
PAUSE_S = 0.05
PATIENCE_S = 120.0
EMAIL, PASSWORD = "ada@example.org", "correct horse battery"
FINE = "The mailbox is fine."

CHANGED, STOPPED = "the password was changed", "the server was stopped"
BY_HAND, BY_ITSELF = "after Sync now", "after its turn came"
#: What the board must say then.
SENTENCES = {
    CHANGED: "does not accept the username or the password",
    STOPPED: "turns the connection away",
}
GOALS_S = {BY_HAND: 2.0, BY_ITSELF: TICK.total_seconds() + 2.0}


def figures(scale: Scale) -> Iterator[Figure]:
    """The rows of the table that are about how soon a fault is told."""
    interval = SETTINGS["check_every_minutes"].default
    with tempfile.TemporaryDirectory() as folder, Dovecot() as server:
        took = _measured(server, Path(folder) / "ours", max(3, scale.rounds))
    for fault in SENTENCES:
        for way, goal in GOALS_S.items():
            yield Figure(
                what=f"{fault}: until the board says so, {way}",
                goal=goal,
                value=took[f"{fault}, {way}"],
                unit="s",
                basis=f"each mailbox has its turn every {interval} minutes by default",
            )


def _measured(server: Dovecot, instance: Path, rounds: int) -> Mapping[str, float]:
    account = server.user("ben@example.org")
    server.deliver_many(account, mails.generate(MESSAGES))
    with Warm(instance) as worker:
        worker.admin(EMAIL, PASSWORD)
        mailbox = worker.add(server, account)
        with serving(worker.environ) as url:
            office = _Office(url, worker, server, account, mailbox)
            measures: list[Measure] = [
                lambda fault=fault, way=way: office.measure(fault, way)  # type: ignore[misc]
                for fault in SENTENCES
                for way in GOALS_S
            ]
            return medians(rounds, measures)


class _Office:
    """One mailbox, and somebody who looks at the board."""

    def __init__(
        self, url: str, worker: Warm, server: Dovecot, account: Account, mailbox: int
    ) -> None:
        self._browser = Browser(url)
        self._browser.sign_in(EMAIL, PASSWORD)
        self._worker = worker
        self._server = server
        self._account = account
        self._mailbox = mailbox

    def measure(self, fault: str, way: str) -> Mapping[str, float]:
        """Seconds until the board tells of a fault; then it is mended."""
        self._make_fine()
        breaking, mending = self._deeds(fault)
        breaking()
        began = time.perf_counter()
        if way == BY_HAND:
            self._sync_now()
        else:
            self._worker.make_due(self._mailbox)
        self._wait_for(SENTENCES[fault])
        took = time.perf_counter() - began
        mending()
        return {f"{fault}, {way}": took}

    def _deeds(self, fault: str) -> tuple[Callable[[], object], Callable[[], object]]:
        if fault == STOPPED:
            return self._server.stop, self._server.start
        change = self._server.change_password
        return (
            lambda: change(self._account, "another horse battery"),
            lambda: change(self._account, self._account.password),
        )

    def _make_fine(self) -> None:
        if FINE not in self._browser.get("/"):
            self._sync_now()
            self._wait_for(FINE)

    def _sync_now(self) -> None:
        page = f"/mailboxes/{self._mailbox}"
        self._browser.post(f"{page}/sync", self._browser.token(page))

    def _wait_for(self, sentence: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while sentence not in (board := self._browser.get("/")):
            if time.monotonic() > end:
                raise RuntimeError(f"the board never says “{sentence}”:\n{board}")
            time.sleep(PAUSE_S)
