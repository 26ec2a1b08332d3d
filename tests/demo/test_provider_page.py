"""The consent page of the local provider in a real browser."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.domain.oauth import AppKey
from tests.demo.asking import ANN, BASE_URL, SmallApp, ask
from tests.support.accessible import assert_accessible


@pytest.fixture
def consent(provider: LocalProvider) -> SmallApp:
    return SmallApp(provider, AppKey.OUTLOOK)


@pytest.fixture
def page(browser: Browser, consent: SmallApp) -> Iterator[Page]:
    """The consent page, in a browser that is sent back to an empty page."""
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.route(f"{BASE_URL}/**", lambda route: route.fulfill(body="back"))
        page.goto(consent.consent_url(login_hint="a.very.long.address.of.somebody@example.org"))
        yield page


def came_back(page: Page) -> dict[str, list[str]]:
    page.wait_for_url(f"{BASE_URL}/oauth/callback/outlook?**")
    return parse_qs(urlsplit(page.url).query)


def test_everybody_can_use_it(page: Page, consent: SmallApp):
    assert_accessible(page)

    page.goto(consent.consent_url(redirect_uri="http://evil.example/"))

    assert_accessible(page)


def test_allowing_brings_the_browser_back_with_a_code(page: Page, consent: SmallApp):
    page.get_by_role("button", name="Allow", exact=True).click()

    assert consent.redeem(came_back(page)["code"][0]).status == 200


def test_cancelling_brings_it_back_with_an_error(page: Page):
    page.get_by_role("button", name="Cancel").click()

    assert came_back(page)["error"] == ["access_denied"]


def test_another_account_can_be_typed_in(page: Page, consent: SmallApp):
    page.get_by_label("Another account").fill(ANN)
    page.get_by_role("button", name="Sign in as somebody else").click()

    token = consent.redeem(came_back(page)["code"][0]).json["access_token"]
    assert consent.provider.opens(ANN, token)


def test_it_needs_nothing_from_elsewhere(consent: SmallApp):
    text = ask(consent.consent_url()).text

    assert "<script" not in text
    assert "src=" not in text
    assert "href=" not in text
