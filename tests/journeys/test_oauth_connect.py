"""A mailbox is connected on the provider's page, loses its permission, and is given another one."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.domain.mailbox import State
from tests.support import mails
from tests.support.accessible import assert_accessible
from tests.support.asked import ADMIN
from tests.support.dovecot import Dovecot
from tests.support.office import Box
from tests.support.token_office import TokenOffice, set_up_apps, urls_of

#: A ceiling: no sync of three messages takes so long.
PATIENCE_S = 60
LINK = re.compile(r"http://\S+/repair/\S+")


@pytest.fixture
def served(serve, provider: LocalProvider, token_dovecot: Dovecot) -> TokenOffice:
    """An office behind an address, whose apps are set up at the local provider."""
    office = serve(provider_urls=urls_of(provider))
    office.admin(ADMIN)
    set_up_apps(office.deps, provider)
    return TokenOffice(office, provider, token_dovecot)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("name", ["Gmail", "Outlook"])
def test_one_button_connects_it_and_the_mail_comes(
    served: TokenOffice, open_page, name: str, scripts: bool
):
    box = served.box()
    served.dovecot.deliver_many(box.account, mails.generate(3))
    page = open_page(served.office, box.person.email, java_script_enabled=scripts)

    page.goto("/mailbox")
    page.get_by_role("button", name=f"Connect {name}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Allow Mailbox Admin?")
    page.get_by_role("button", name="Allow", exact=True).click()

    expect(page.get_by_text(f"Connected with {name}. The mail is being fetched.")).to_be_visible()
    assert page.url.endswith(f"/mailboxes/{box.id}")
    wait_for_mail(served, box)
    page.reload()
    expect(page.get_by_text("3 messages").first).to_be_visible()
    expect(page.get_by_role("link", name=f"{name}, by permission")).to_be_visible()
    page.goto("/mailbox")
    expect(page.get_by_role("heading", name=f"Connected with {name}")).to_be_visible()
    if scripts:
        assert_accessible(page)


def test_who_cancels_reads_what_that_means_and_may_try_again(served: TokenOffice, open_page):
    box = served.box()
    page = open_page(served.office, box.person.email)
    page.goto("/mailbox")
    page.get_by_role("button", name="Connect Gmail").click()

    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You did not agree")
    assert re.fullmatch(r".*/oauth/result/\d+", page.url)
    assert_accessible(page)
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("button", name="Sign in as somebody else").click()
    expect(page.get_by_text("does not open your mailbox")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("button", name="Allow", exact=True).click()

    expect(page.get_by_text("Connected with Gmail.")).to_be_visible()
    page.go_back()
    page.go_back()
    assert "/oauth/callback" not in page.url


def test_a_permission_that_ended_is_given_again_in_a_link(served: TokenOffice, open_page):
    box = served.connected()
    served.office.sync(box)
    served.provider.revoke(box.person.email)
    assert served.office.sync(box).finding is not None
    admin, owner = open_page(served.office, ADMIN), open_page(served.office)

    link = ask_for_a_link(admin, box.person.name)
    owner.goto(link)
    expect(owner.get_by_role("region", name="What is wrong")).to_contain_text("has ended")
    assert_accessible(owner)
    owner.get_by_role("button", name="Connect Gmail again").click()
    owner.get_by_role("button", name="Cancel").click()
    expect(owner.get_by_role("heading", level=1)).to_contain_text("You did not agree")
    owner.get_by_role("button", name="Try again").click()
    owner.get_by_role("button", name="Allow", exact=True).click()

    expect(owner.get_by_role("heading", level=1)).to_have_text("It works")
    assert_accessible(owner)
    wait_for_mail(served, box)
    admin.goto("/")
    expect(admin.get_by_role("heading", level=1)).to_have_text("The mailbox is fine.")


def test_a_page_that_was_open_when_it_broke_has_a_button_that_works(served: TokenOffice, open_page):
    """The finding comes by itself into a page whose policy was said before."""
    box = served.connected()
    served.office.sync(box)
    page = open_page(served.office, box.person.email)
    page.goto(f"/mailboxes/{box.id}")
    expect(page.get_by_text("Fine").first).to_be_visible()

    served.provider.revoke(box.person.email)
    served.office.sync(box)
    page.get_by_role("button", name="Connect Gmail again").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Allow Mailbox Admin?")


def ask_for_a_link(page: Page, name: str) -> str:
    page.goto("/")
    page.get_by_role("link", name=f"Ask {name} to fix it").click()
    page.get_by_role("button", name=f"Make a link for {name}").click()
    chat = page.get_by_label("The message for a chat")
    expect(chat).to_have_value(re.compile("You can connect again here, without signing in"))
    found = LINK.search(chat.input_value())
    assert found is not None
    return found[0]


def wait_for_mail(served: TokenOffice, box: Box) -> None:
    """The run in the background has come to a good end."""
    deadline = time.monotonic() + PATIENCE_S
    while served.office.state(box) is not State.OK:
        assert time.monotonic() < deadline, served.office.state(box)
        time.sleep(0.1)
