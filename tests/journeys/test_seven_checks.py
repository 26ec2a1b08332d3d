"""The seven checks in a browser: they fail and pass, and all mailboxes are tested meanwhile."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from mailboxadmin.demo.deeds import Stall
from mailboxadmin.domain.mailbox import Encryption, Server
from tests.support import broken
from tests.support.accessible import assert_accessible
from tests.support.mailstore import Account
from tests.support.office import PASSWORD


def row(page: Page, number: int) -> Locator:
    return page.locator(f"#row-{number}")


def test_a_mailbox_that_signs_in_wrongly_and_a_setting_are_found_and_are_over_when_mended(
    serve, open_page
):
    office = serve()
    office.admin()
    jonas = broken.configured(office, "jonas@outlook.com")
    hugo = broken.configured(
        office, "hugo@example.org", imap_host="mail.example.org", imap_port="143"
    )
    page: Page = open_page(office, "grace@example.org")
    page.goto("/troubleshooting")

    expect(row(page, 4)).to_contain_text("Running")
    expect(row(page, 5)).to_contain_text("1 mailbox")
    expect(row(page, 5)).to_contain_text("Jonas uses a password for outlook.office365.com")
    expect(row(page, 6)).to_contain_text("1 to look at")
    expect(row(page, 6)).to_contain_text("that port goes with starttls")
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("checks? needs?"))
    assert_accessible(page)

    office.connect(
        jonas, Server(host="imap.jonas.example", port=993, encryption=Encryption.SSL), "x" * 9
    )
    office.connect(
        hugo, Server(host="mail.example.org", port=993, encryption=Encryption.SSL), "x" * 9
    )
    page.get_by_role("link", name="Look again").click()

    expect(row(page, 5)).to_contain_text("2 mailboxes sign in as the provider wants it")
    expect(row(page, 6)).not_to_contain_text("that port goes with")


@pytest.mark.parametrize("scripts", [True, False])
def test_results_come_while_one_looks_and_what_hangs_is_stopped(
    serve, open_page, dovecot, scripted_imap, scripts: bool
):
    office = serve(scheduler=False)
    office.admin()
    silent = scripted_imap([], greeting=Stall(), may_stop_early=True)
    where = Server(host=silent.host, port=silent.port, encryption=Encryption.NONE)
    office.mailbox_at(where, Account("silent@example.org", PASSWORD))
    office.mailbox(server=dovecot)
    bad = office.mailbox(server=dovecot, password="wrong")
    page: Page = open_page(office, "grace@example.org", java_script_enabled=scripts)
    page.goto("/troubleshooting")

    page.get_by_role("button", name="Run all").click()

    results = page.locator("#run-all")
    if not scripts:
        page.wait_for_timeout(3000)
        page.get_by_role("link", name="Look again").click()
    expect(results).to_contain_text("2 of 3")
    expect(results).to_contain_text(bad.person.name)
    expect(results).to_contain_text("auth.bad_credentials")
    page.get_by_role("button", name="Stop it").click()
    if not scripts:
        page.wait_for_timeout(3000)
        page.get_by_role("link", name="Look again").first.click()
    expect(page.get_by_role("button", name="Run all again")).to_be_visible()
    expect(results).to_contain_text("Stopped before its turn was over.")
    if scripts:
        assert_accessible(page)
