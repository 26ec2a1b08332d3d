"""The scheduler gives no sign of life: every page says so in red, and the monitor is told."""

from playwright.sync_api import expect

from tests.support.accessible import assert_accessible
from tests.support.clock import MovableClock
from tests.support.states import tick


def test_the_banner_appears_on_a_page_that_is_open_and_goes_again(serve, open_page):
    clock = MovableClock()
    office = serve(clock=clock, scheduler=False)
    # As in a process that is to run the scheduler, and whose scheduler hangs.
    office.app.config["SCHEDULER_EXPECTED"] = True
    office.admin()
    tick(office)
    page = open_page(office)
    page.clock.install()
    page.goto("/login")
    page.get_by_label("Address").fill("grace@example.org")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    banner = page.get_by_role("alert")
    expect(page.locator("#beat")).to_contain_text("Checking by itself")
    expect(banner).to_have_count(0)
    assert page.request.get("/healthz").status == 200

    clock.advance(minutes=5)
    page.clock.run_for(16_000)

    expect(banner).to_contain_text("Mailboxes are not being checked.")
    expect(page.locator("#beat")).to_contain_text("Not checking by itself")
    assert page.request.get("/healthz").status == 503
    assert_accessible(page)

    tick(office)
    page.clock.run_for(16_000)
    expect(banner).to_have_count(0)
