"""The look at a page finds what is wrong with it."""

import pytest
from playwright.sync_api import Browser, Page

from tests.support.accessible import faults_of, keyboard_faults_of

HEAD = '<html lang="en"><title>A page</title><main><h1>A page</h1>'


@pytest.fixture
def page(browser: Browser):
    with browser.new_page() as opened:
        yield opened


def test_a_page_without_faults_has_none(page: Page):
    page.set_content(f'{HEAD}<a class="btn-primary" href="#" id="go">Go</a>')

    assert faults_of(page) + keyboard_faults_of(page) == [
        # The browser's own ring is one pixel; ours is wider.
        'focus is not to be seen: <a class="btn-primary" href="#" id="go" data-seen="yes">Go</a>'
    ]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<input>", "label"),
        ('<p style="color: #999; background: #fff">Grey</p>', "color-contrast"),
        (
            "<style>@media (prefers-color-scheme: dark) { p { color: #eee } }</style><p>Pale</p>",
            "dark",
        ),
        ('<p style="width: 600px">Wide</p>', "wider than 390 px"),
    ],
)
def test_each_kind_of_fault_is_found(page: Page, body: str, fault: str):
    page.set_content(HEAD + body)

    assert any(fault in found for found in faults_of(page))


def test_a_button_that_no_tab_reaches_is_found(page: Page):
    page.set_content(f'{HEAD}<button class="btn-primary" tabindex="-1">Go</button>')

    assert [found.partition(":")[0] for found in keyboard_faults_of(page)] == [
        "not reached with the keyboard"
    ]
