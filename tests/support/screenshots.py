"""The pictures of README.md and docs/, taken anew: python -m tests.support.screenshots [FOLDER]

The sample office is opened on a temporary instance, its pages are looked at with a real
Chromium, and each is saved wide and narrow, light and dark. Which of them the repository
keeps is said in docs/img/.gitignore.
"""

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, StorageState, sync_playwright
from waitress.server import create_server

from mailboxadmin.app import create_app, start_background
from mailboxadmin.config import Config
from mailboxadmin.demo.office import open_office
from mailboxadmin.demo.people import SamplePerson, sample_people
from mailboxadmin.demo.ports import LOOPBACK, free_port
from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.demo.server import DemoImapServer
from mailboxadmin.demo.welcome import Welcome
from mailboxadmin.services.overview.board import mailbox_by_address
from tests.support.browser import launch_chromium

PICTURES = Path(__file__).parents[2] / "docs" / "img"
WIDTHS = {"": 1280, "-phone": 390}
THEMES = {"": "light", "-dark": "dark"}
#: What more a list shows below this many pixels is not worth a picture.
TALLEST = 1500


@contextmanager
def sample_office() -> Iterator[tuple[Welcome, dict[str, str]]]:
    """The sample office at a free port: its welcome, and the path of each page by its name."""
    port, people = free_port(), sample_people()
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalProvider() as provider,
        DemoImapServer(people, accepts=provider.opens) as mail_server,
    ):
        instance = Path(folder) / "instance"
        config = Config(
            instance=instance,
            database_url=f"sqlite:///{instance / 'mailboxadmin.db'}",
            base_url=f"http://{LOOPBACK}:{port}",
            provider_urls=provider.urls,
        )
        app = create_app(config)
        deps = app.extensions["mailboxadmin"]
        welcome = open_office(deps, mail_server, provider, people)
        background = start_background(app)
        server = create_server(app, host=LOOPBACK, port=port)
        threading.Thread(target=server.run, daemon=True).start()
        try:
            broken = mailbox_by_address(deps, welcome.broken.email).id
            yield welcome, {"mailbox": f"/mailboxes/{broken}"}
        finally:
            server.close()
            background.stop(timeout_s=10)
            deps.store.engine.dispose()


def take_pictures(folder: Path) -> None:
    """Save every page of `PAGES` in both widths and themes, as `<page>[-phone][-dark].png`."""
    with sample_office() as (welcome, paths), sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        pages = {
            welcome.admin: {"board": "/", "activity": "/activity", **paths},
            welcome.broken: {"config": "/mailbox"},
        }
        for person, of_person in pages.items():
            session = sign_in(browser, welcome.address, person)
            for name, path in of_person.items():
                picture(browser, session, welcome.address + path, folder / name)


def sign_in(browser: Browser, address: str, person: SamplePerson) -> StorageState:
    """The cookies of somebody who signed in."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/login")
        page.fill("#email", person.email)
        page.fill("#password", person.sign_in_password)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: not url.endswith("/login"))
        return context.storage_state()


def picture(browser: Browser, session: StorageState, url: str, target: Path) -> None:
    """One page, wide and narrow, light and dark."""
    for narrow, width in WIDTHS.items():
        for dark, theme in THEMES.items():
            with browser.new_context(
                storage_state=session,
                viewport={"width": width, "height": 800},
                color_scheme=theme,
            ) as context:
                page = context.new_page()
                page.goto(url)
                page.wait_for_load_state("load")
                height = page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size({"width": width, "height": min(height, TALLEST)})
                page.screenshot(path=target.with_name(f"{target.name}{narrow}{dark}.png"))


if __name__ == "__main__":
    pictures = Path(sys.argv[1]) if sys.argv[1:] else PICTURES
    pictures.mkdir(parents=True, exist_ok=True)
    take_pictures(pictures)
    print(f"The pictures are in {pictures}.")
