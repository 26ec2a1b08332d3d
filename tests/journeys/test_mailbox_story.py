"""What happened to a mailbox: looked at in a browser, while it looks again by itself."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.mailboxes.pausing import pause_mailbox
from mailboxadmin.store.tables import ActivityRow, IncidentRow, RunRow
from tests.support import states
from tests.support.accessible import WIDTHS, assert_accessible
from tests.support.browser import ServedOffice

GRACE = "grace@example.org"


@pytest.fixture
def office(serve) -> ServedOffice:
    """An office with one mailbox, of which there is something on every lane."""
    served: ServedOffice = serve(scheduler=False)
    served.admin(GRACE)
    anna = states.somebody(served, "Anna Keller")
    mailbox_id = states.put(served, anna, State.NEEDS_ACTION, states.finding())
    now, hour = served.clock.now(), timedelta(hours=1)
    slow = states.finding("tcp.timeout", temporary=True)
    with served.deps.store.write() as db:
        db.add(
            IncidentRow(
                mailbox_id=mailbox_id,
                code=slow.code,
                finding=slow.as_json(),
                outage_at=now - 9 * hour,
                began_at=now - 9 * hour,
                last_at=now - 8 * hour,
                ended_at=now - 7 * hour,
                ended_by="recovered",
            )
        )
        for hours, outcome in ((12, "ok"), (8, "failed"), (0.5, "failed")):
            at = now - hours * hour
            db.add(
                RunRow(
                    mailbox_id=mailbox_id,
                    started_at=at,
                    finished_at=at,
                    started_by="scheduler",
                    outcome=outcome,
                )
            )
        last_tick = {"last_tick_at": (now - 15 * hour).isoformat()}
        for code, hours, about, detail in (
            (Code.SCHEDULER_TOOK_OVER, 14, None, last_tick),
            ("oauth.connected", 11, mailbox_id, {}),
            ("oauth.refreshed", 10, mailbox_id, {}),
            (Code.MAILBOX_RESUMED, 3, mailbox_id, {}),
        ):
            at = now - hours * hour
            db.add(
                ActivityRow(
                    at=at,
                    first_at=at,
                    level=int(Level.INFO),
                    code=code,
                    mailbox_id=about,
                    actor=GRACE,
                    message="It was done.",
                    detail=detail,
                )
            )
    return served


def test_everybody_can_use_the_strip_and_its_words(office: ServedOffice, open_page):
    page: Page = open_page(office, GRACE)
    page.goto("/mailboxes/1")
    strip = page.locator("svg.timeline")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for kind in ("act", "wait", "stop", "fine", "failed", "change", "token", "routine"):
            expect(strip.locator(f".{kind}").first).to_be_visible()

    page.get_by_text("All of it in words").click()

    expect(page.get_by_role("row").filter(has_text="You resumed it.")).to_be_visible()
    assert_accessible(page)


def test_the_window_and_what_was_opened_stay_when_the_page_looks_again(
    office: ServedOffice, open_page
):
    page: Page = open_page(office, GRACE)
    page.goto("/mailboxes/1")
    page.get_by_role("link", name="30 days").click()
    page.get_by_text("All of it in words").click()

    pause_mailbox(office.deps, 1, actor=GRACE)

    expect(page.get_by_role("row").filter(has_text="You paused it.")).to_be_visible()
    expect(page.get_by_role("link", name="30 days")).to_have_attribute("aria-current", "true")
