"""A click while mail comes in: how long a person waits who saves a setting meanwhile.

A real `serve`, whose scheduler has begun the first syncs of eight mailboxes, and somebody at a
browser who is signed in. A click is the form sent with its token and the page that follows; all
are made after the first messages of all eight are stored, and before one of them is done.
"""

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench import letters
from bench.figures import Figure
from bench.scale import Scale
from bench.serving import Browser, serving
from bench.turns import medians
from bench.warm import Warm
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account

MAILBOXES, EACH = 8, 10_000
#: Fewer are stored before a person has clicked.
LEAST = 2_000
CLICKS = 100
#: Between two clicks; nobody is faster.
PAUSE_S = 0.05
PATIENCE_S = 60.0
GOAL_MS = 300
EMAIL, PASSWORD = "ada@example.org", "correct horse battery"

P95, LONGEST = "p95", "longest"
PAGE = "/settings"


def figures(scale: Scale) -> Iterator[Figure]:
    """The row of the table that is about a person's patience."""
    received = letters.realistic(max(LEAST, scale.of(EACH)))
    with Dovecot() as server:
        accounts = [letters.mailbox(server, received) for _ in range(MAILBOXES)]
        clicks = scale.of(CLICKS)
        took = medians(scale.rounds, [lambda: _round(server, accounts, clicks)])
    yield Figure(
        what=f"a click while {MAILBOXES} first syncs run, p95 of {clicks}",
        goal=GOAL_MS,
        value=took[P95],
        unit="ms",
        basis=f"saved and shown; the longest {took[LONGEST]:.0f} ms",
    )


def _round(server: Dovecot, accounts: Sequence[Account], clicks: int) -> Mapping[str, float]:
    """p95 of one person's clicks, in milliseconds."""
    with tempfile.TemporaryDirectory() as folder, Warm(Path(folder) / "ours") as worker:
        worker.admin(EMAIL, PASSWORD)
        with serving(worker.environ) as url:
            browser = Browser(url)
            browser.sign_in(EMAIL, PASSWORD)
            token = browser.token(PAGE)
            for account in accounts:
                worker.add(server, account)
            wait_until_storing(worker, len(accounts))
            took = [_click(browser, token, days) for days in range(100, 100 + clicks)]
            if worker.storing() < len(accounts):
                raise RuntimeError("a first sync was done before the last click: nothing is told")
    return {P95: p95(took), LONGEST: max(took)}


def wait_until_storing(worker: Warm, count: int) -> None:
    """The scheduler begins them at its next tick."""
    end = time.monotonic() + PATIENCE_S
    while worker.storing() < count:
        if time.monotonic() > end:
            raise RuntimeError("the first syncs did not go on side by side")
        time.sleep(PAUSE_S)


def _click(browser: Browser, token: str, days: int) -> float:
    """Milliseconds from the click until the page says that it is saved."""
    time.sleep(PAUSE_S)
    began = time.perf_counter()
    page = browser.post(PAGE, token, activity_retention_days=str(days))
    took = (time.perf_counter() - began) * 1000
    if f"→ {days} days" not in page:
        raise RuntimeError("a click that saves nothing measures nothing")
    return took


def p95(took: Sequence[float]) -> float:
    """What nineteen of twenty stay below."""
    return sorted(took)[int(len(took) * 0.95)]
