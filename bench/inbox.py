"""The inbox of 10,000 and of many more messages, while five first syncs run beside it.

A real `serve`, whose scheduler has begun with five mailboxes, and two people at browsers: one has
few messages and one has many. Each page is opened in turn by both, and after each turn the empty
page, which is the form in which one changes the own password. All of it is between the moment
when the first messages of all five are stored and that when the first of them is done.
"""

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import letters
from bench.click import p95, wait_until_storing
from bench.figures import Figure
from bench.full_mailbox import SPAN, START, fill, first_id
from bench.scale import Scale
from bench.serving import Browser, serving
from bench.turns import medians
from bench.warm import Warm
from mailboxadmin.app import create_app
from mailboxadmin.config import Config
from mailboxadmin.domain.inbox import Cursor
from mailboxadmin.services.reading.index_mail import index_mail
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account

FEW, MANY = 10_000, 1_000_000
SYNCS, EACH, LEAST = 5, 10_000, 3_000
#: Each page is opened so often in a round.
OPENED = 20
GOAL_GROWTH, GOAL_EMPTY = 1.5, 10
PASSWORD = "correct horse battery"
EMPTY = "the empty page"
#: Before the name of a page: its median.
P50 = "p50 of "


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody with an inbox, and what they open of it."""

    email: str
    messages: int
    mailbox_id: int

    @property
    def pages(self) -> Mapping[str, str]:
        """The addresses, by what they show."""
        oldest = first_id(self.mailbox_id)
        far_back = Cursor(arrived_at=START + SPAN * 0.2, id=oldest + self.messages // 5)
        return {
            "the list": "/mail",
            "the list far back": f"/mail?before={far_back}",
            "the unread ones": "/mail?show=unread",
            "a search": "/mail/search?q=w7+w11",
            "a message": f"/mail/{oldest + self.messages // 2}",
        }


def figures(scale: Scale) -> Iterator[Figure]:
    """Two rows a page: against that of few messages, and against an empty one."""
    many, received = scale.of(MANY), letters.realistic(max(LEAST, scale.of(EACH)))
    with Dovecot() as server, tempfile.TemporaryDirectory() as folder:
        readers = _fill(Path(folder), (FEW, many))
        accounts = [letters.mailbox(server, received) for _ in range(SYNCS)]
        with Warm(Path(folder)) as worker:
            worker.set("live_mailboxes", "0")
            syncs = _Syncs(worker, server, accounts)
            took = medians(scale.rounds, [lambda: _round(syncs, readers)])
    few, more = readers
    for page in more.pages:
        slow = f"{page} of {more.email}"
        for other, name, goal in (
            (f"{page} of {few.email}", f"that of {FEW:,}", GOAL_GROWTH),
            (EMPTY, EMPTY, GOAL_EMPTY),
        ):
            yield Figure(
                what=f"{page} of {many:,} messages while {SYNCS} first syncs run, p95 against "
                f"{name}",
                goal=goal,
                value=took[slow] / took[other],
                basis=f"p50 / p95 {_said(took, slow)} ms, {_said(took, other)} ms",
            )


def _said(took: Mapping[str, float], page: str) -> str:
    return f"{took[P50 + page]:.0f} / {took[page]:.0f}"


def _fill(folder: Path, counts: Sequence[int]) -> list[Reader]:
    began = time.perf_counter()
    app = create_app(Config.from_environment({"MAILBOXADMIN_INSTANCE": str(folder)}), pages=False)
    deps = app.extensions["mailboxadmin"]
    readers = []
    for count in counts:
        email = f"reader{len(readers)}@example.org"
        mailbox_id = fill(deps, email, count, password=PASSWORD)
        readers.append(Reader(email=email, messages=count, mailbox_id=mailbox_id))
    index_mail(deps)
    deps.store.engine.dispose()
    print(f"    two inboxes filled in {time.perf_counter() - began:.0f} s")
    return readers


class _Syncs:
    """First syncs, five side by side, as often as they are wanted."""

    def __init__(self, worker: Warm, server: Dovecot, accounts: Sequence[Account]) -> None:
        self._worker, self._server, self._accounts = worker, server, accounts
        self.environ = worker.environ
        self._times = 0

    def begin(self) -> None:
        """The scheduler begins them at its next tick; all have stored something then."""
        self._times += 1
        for account in self._accounts:
            self._worker.add(self._server, account, owner=f"{self._times}.{account.name}")
        wait_until_storing(self._worker, SYNCS)

    def require_all(self) -> None:
        """Raises RuntimeError: one of them was done too early."""
        if self._worker.storing() < SYNCS:
            raise RuntimeError("a first sync was done before the last page: nothing is told")


def _round(syncs: _Syncs, readers: Sequence[Reader]) -> Mapping[str, float]:
    """p95 and p50 of each page of each reader in milliseconds, opened in turn."""
    took: defaultdict[str, list[float]] = defaultdict(list)
    with serving(syncs.environ) as url:
        browsers = {reader.email: Browser(url) for reader in readers}
        for email, browser in browsers.items():
            browser.sign_in(email, PASSWORD)
        _open_all(browsers, readers, defaultdict(list))  # What is loaded once is loaded.
        syncs.begin()
        for _ in range(OPENED):
            _open_all(browsers, readers, took)
        syncs.require_all()
    p50s = {P50 + page: statistics.median(times) for page, times in took.items()}
    return {page: p95(times) for page, times in took.items()} | p50s


def _open_all(
    browsers: Mapping[str, Browser],
    readers: Sequence[Reader],
    took: defaultdict[str, list[float]],
) -> None:
    for reader in readers:
        for page, address in reader.pages.items():
            took[f"{page} of {reader.email}"].append(_milliseconds(browsers[reader.email], address))
        took[EMPTY].append(_milliseconds(browsers[reader.email], "/password"))


def _milliseconds(browser: Browser, address: str) -> float:
    began = time.perf_counter()
    browser.get(address)
    return (time.perf_counter() - began) * 1000
