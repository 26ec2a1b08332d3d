"""A real Chromium, and an office that is really served: waitress, and the scheduler beside it.

def test_a_person_signs_in(serve, open_page):
    office = serve()
    office.person("ann@example.org")
    page = open_page(office, "ann@example.org")      # signed in, in a browser of her own

    page.get_by_role("link", name="Activity").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Activity")

What a page complains about while a test uses it (errors in scripts or against the security
policy, answers that are faults of ours) fails the test at its end.
"""

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Response,
    expect,
    sync_playwright,
)
from waitress.server import create_server

from mailboxadmin.app import create_app, start_background
from mailboxadmin.demo.ports import LOOPBACK, free_port
from mailboxadmin.domain.clock import Clock, SystemClock
from mailboxadmin.store.tables import MailboxRow
from tests.support.office import PASSWORD, Office, config_for

#: A ceiling, not a measure: what a page shows in the end it shows within this.
PATIENCE_MS = 40_000
#: The scheduler looks for due mailboxes as often as this, so that no test waits a quarter minute.
TICK = timedelta(seconds=1)
CHROMIUM_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


class ServedOffice(Office):
    """An office behind an address."""

    def __init__(self, app: Any, clock: Any, address: str) -> None:
        super().__init__(app, clock)
        self.address = address

    def make_due(self, mailbox_id: int) -> None:
        """Its interval is over: the next tick hands it out."""
        with self.deps.store.write() as db:
            db.get_one(MailboxRow, mailbox_id).next_attempt_at = self.clock.now()


def launch_chromium(playwright: Playwright) -> Browser:
    """The system's Chromium; playwright's own where the system has none."""
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
        args=CHROMIUM_ARGUMENTS,
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium that all journeys of a worker share."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright, launch_chromium(playwright) as chromium:
        yield chromium


@pytest.fixture
def serve(instance: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ServedOffice]]:
    """Serve an office on the test's instance: serve(ca_file=…, clock=…, scheduler=False)."""
    monkeypatch.setattr("mailboxadmin.jobs.scheduler.TICK", TICK)
    with ExitStack() as offices:

        def serve_(*, clock: Clock | None = None, scheduler: bool = True, **config: Any):
            served = _served(instance, clock or SystemClock(), scheduler, config)
            return offices.enter_context(served)

        yield serve_


@pytest.fixture
def open_page(
    browser: Browser, serve: Callable[..., ServedOffice]
) -> Iterator[Callable[..., Page]]:
    """Open a browser of somebody's own: open_page(office, email=None, **options of the context).

    It needs `serve` so that it is closed first: a page that looks again while its server ends
    would complain.
    """
    complaints: list[str] = []
    with ExitStack() as contexts:

        def open_(office: ServedOffice, email: str | None = None, **options: Any) -> Page:
            context = browser.new_context(base_url=office.address, **options)
            contexts.enter_context(context)
            context.set_default_timeout(PATIENCE_MS)
            _listen(context, complaints)
            page = context.new_page()
            if email:
                sign_in(page, email)
            return page

        yield open_
    assert complaints == []


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Sign in at the door, and wait until it is behind us."""
    page.goto("/login")
    page.get_by_label("Address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)


@contextmanager
def _served(
    instance: Path, clock: Clock, scheduler: bool, config: dict[str, Any]
) -> Iterator[ServedOffice]:
    port = free_port()
    address = f"http://{LOOPBACK}:{port}"
    settled = replace(config_for(instance, base_url=address, **config), scheduler=scheduler)
    app = create_app(settled, clock=clock)
    background = start_background(app)
    server = create_server(app, host=LOOPBACK, port=port)
    thread = threading.Thread(target=server.run, name="waitress", daemon=True)
    thread.start()
    try:
        yield ServedOffice(app, clock, address)
    finally:
        server.close()
        assert background.stop(timeout_s=60)
        app.extensions["mailboxadmin"].store.engine.dispose()


def _listen(context: BrowserContext, complaints: list[str]) -> None:
    def said(message: ConsoleMessage) -> None:
        # A form that is refused is an answer; those that are faults are told apart below.
        refused = re.search(r"status of 4\d\d", message.text)
        if message.type in ("error", "warning") and not refused:
            complaints.append(f"{message.page and message.page.url}: {message.text}")

    def answered(response: Response) -> None:
        missing = "/static/" in response.url and response.status >= 400
        if missing or response.status >= 500:
            complaints.append(f"{response.request.method} {response.url}: {response.status}")

    context.on("console", said)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("response", answered)
