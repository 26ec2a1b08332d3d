"""An admin sets up the Outlook app: a wrong secret is told, the right one is accepted."""

from playwright.sync_api import expect

from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.domain.oauth import AppKey
from tests.support.accessible import assert_accessible
from tests.support.oauth_office import use_provider


def test_an_app_is_set_up_and_checked(serve, open_page, provider: LocalProvider):
    office = serve(scheduler=False)
    office.admin()
    use_provider(office, provider)
    app = provider.app(AppKey.OUTLOOK)
    page = open_page(office, "grace@example.org")

    page.goto("/settings")
    page.get_by_role("link", name="OAuth").click()
    card = page.locator("#outlook")
    card.get_by_label("Outlook client ID").fill(app.client_id)
    card.get_by_label("Outlook tenant").fill(app.tenant)
    card.get_by_label("Outlook client secret", exact=True).fill("the~wrong~one")
    card.get_by_role("button", name="Check the set-up").click()
    expect(card.get_by_role("alert")).to_contain_text("does not accept the client secret")
    assert_accessible(page)

    card.get_by_label("Outlook client secret", exact=True).fill(app.client_secret)
    card.get_by_role("button", name="Check the set-up").click()
    expect(card.get_by_role("status").first).to_contain_text("Microsoft accepts the app.")
    expect(card.get_by_label("Outlook client secret", exact=True)).to_have_value("")
    expect(card.get_by_label("Outlook client ID")).to_have_value(app.client_id)
    assert_accessible(page)


def test_the_redirect_uri_is_whole_and_can_be_copied(serve, open_page):
    office = serve(scheduler=False)
    office.admin()
    page = open_page(office, "grace@example.org")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.goto("/settings/oauth")
    page.locator("#gmail").get_by_role("button", name="Copy").click()

    expect(page.locator("#gmail").get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{office.deps.base_url}/oauth/callback/gmail"
    for key in AppKey:
        field = page.locator(f"#{key}_redirect_uri")
        assert field.evaluate("each => each.scrollHeight <= each.clientHeight + 1")
