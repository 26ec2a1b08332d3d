"""An admin sets up how people are told: a wrong password is shown where it fails."""

from playwright.sync_api import expect

from mailboxadmin.demo.ports import LOOPBACK
from tests.support.accessible import assert_accessible
from tests.support.hook_server import HookServer
from tests.support.smtp_server import SmtpServer

PASSWORD = "canary-smtp-password"


def test_a_way_to_be_told_is_set_up_and_tried(serve, open_page):
    office = serve(scheduler=False)
    office.admin()
    page = open_page(office, "grace@example.org")
    page.goto("/settings")
    page.get_by_role("link", name="Notifications").click()
    assert_accessible(page)
    mail = page.locator("#mail")

    with SmtpServer(auth=("ann", PASSWORD)) as server:
        page.get_by_label("Tell these people").fill("grace@example.org\neva@example.org")
        mail.get_by_label("Mail server (SMTP)").fill(LOOPBACK)
        mail.get_by_label("Encryption").select_option("none")
        mail.get_by_label("Port").fill(str(server.port))
        mail.get_by_label("Name at sign-in").fill("ann")
        mail.get_by_label("Password", exact=True).fill("not the one")
        mail.get_by_role("button", name="Send a test message").click()
        expect(mail.get_by_role("alert")).to_contain_text("does not accept the sign-in")
        expect(mail.get_by_label("Password", exact=True)).to_have_value("")
        assert_accessible(page)

        mail.get_by_label("Password", exact=True).fill(PASSWORD)
        mail.get_by_role("button", name="Send a test message").click()
        expect(mail.get_by_role("status").first).to_contain_text("The mail server took it.")
        assert_accessible(page)

    assert server.envelopes[0].rcpt_tos == ["grace@example.org", "eva@example.org"]


def test_what_is_wrong_stands_on_the_page_until_it_works(serve, open_page):
    office = serve(scheduler=False)
    office.admin()
    page = open_page(office, "grace@example.org")
    page.goto("/settings/notifications")
    hook_card = page.locator("#webhook")

    with HookServer() as hook:
        hook.status, hook.answer = 404, b"no such hook, " * 30
        hook_card.get_by_label("Webhook", exact=True).fill(hook.url)
        hook_card.get_by_role("button", name="Send a test").click()
        expect(hook_card.get_by_role("alert")).to_contain_text("404 no such hook")
        page.goto("/settings/notifications")
        expect(hook_card).to_contain_text("The webhook at 127.0.0.1 cannot be told.")
        assert_accessible(page)
