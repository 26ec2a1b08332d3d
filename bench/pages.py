"""The pages of a full office, against an empty page that the same server gives in the same turn.

A real `serve`, and an admin at a browser who opens one page after the other: the empty one is
the form in which one changes the own password, with everything that stands around each page.
Mailboxes are opened in turn, one that is broken among them, so that none is asked for twice in
a row.
"""

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from pathlib import Path

from bench.figures import Figure
from bench.full_office import SHOWN, Size, fill
from bench.scale import Scale
from bench.serving import Browser, serving
from bench.turns import medians
from mailboxadmin.app import create_app
from mailboxadmin.config import Config
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.people import Role
from mailboxadmin.services.staff.people import add_person

MAILBOXES, MESSAGES, ENTRIES = 200, 500_000, 1_000_000
#: Each page is opened so often in a round.
OPENED = 40
GOAL = 10
EMAIL, PASSWORD = "ada@example.org", "correct horse battery"
EMPTY, MAILBOX = "the empty page", "a mailbox page"
PAGES = {
    EMPTY: "/password",
    "the board": "/",
    "troubleshooting": "/troubleshooting",
    "the log": "/activity",
}


def figures(scale: Scale) -> Iterator[Figure]:
    """A row a page."""
    size = Size(mailboxes=MAILBOXES, messages=scale.of(MESSAGES), entries=scale.of(ENTRIES))
    with tempfile.TemporaryDirectory() as folder:
        ids = _office(Path(folder), size)
        environ = {"MAILBOXADMIN_INSTANCE": folder, "MAILBOXADMIN_SCHEDULER": "off"}
        with serving(environ) as url:
            browser = Browser(url)
            browser.sign_in(EMAIL, PASSWORD)
            addresses = _addresses(ids[:SHOWN])
            _round(browser, addresses, 3)  # What is loaded once is loaded.
            took = medians(scale.rounds, [lambda: _round(browser, addresses, OPENED)])
    for page in addresses:
        if page != EMPTY:
            yield Figure(
                what=f"{page} with {size.mailboxes} mailboxes, {size.messages:,} messages and "
                f"{size.entries:,} log entries, p95 against that of {EMPTY}",
                goal=GOAL,
                value=took[page] / took[EMPTY],
                basis=f"{took[page]:.1f} ms, {took[EMPTY]:.1f} ms",
            )


def _office(folder: Path, size: Size) -> list[int]:
    began = time.perf_counter()
    app = create_app(Config.from_environment({"MAILBOXADMIN_INSTANCE": str(folder)}), pages=False)
    deps = app.extensions["mailboxadmin"]
    add_person(
        deps, email=EMAIL, name="Ada", role=Role.ADMIN, actor=COMMAND_LINE, password=PASSWORD
    )
    ids = fill(deps, size)
    deps.store.engine.dispose()
    megabytes = sum(file.stat().st_size for file in folder.glob("*.db*")) / 1e6
    print(f"an office filled in {time.perf_counter() - began:.0f} s, {megabytes:.0f} MB")
    return ids


def _addresses(ids: list[int]) -> dict[str, Callable[[], str]]:
    """By page: the address to open next."""
    mailboxes = cycle(f"/mailboxes/{each}" for each in ids)
    fixed = {page: (lambda path=path: path) for page, path in PAGES.items()}
    return {**fixed, MAILBOX: lambda: next(mailboxes)}


def _round(
    browser: Browser, addresses: Mapping[str, Callable[[], str]], times: int
) -> Mapping[str, float]:
    """p95 of each page in milliseconds, opened in turn."""
    took: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(times):
        for page, address in addresses.items():
            path = address()
            began = time.perf_counter()
            browser.get(path)
            took[page].append((time.perf_counter() - began) * 1000)
    return {page: sorted(times)[int(len(times) * 0.95)] for page, times in took.items()}
