"""What the first sync would bring, told beside the field as often as its value is tested."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.support import mails
from tests.support.accessible import assert_accessible
from tests.support.configuring import use_server
from tests.support.dovecot import Dovecot


def test_a_value_is_tried_and_changed_until_it_brings_what_one_wants(
    serve, open_page, dovecot: Dovecot
):
    office = serve(scheduler=False)
    office.admin()
    use_server(office, dovecot)
    account = dovecot.user()
    office.person(account.name)
    for number, age in enumerate((0, 1, 40, 400)):
        arrived = datetime.now(UTC) - timedelta(days=age)
        dovecot.deliver(account, mails.message(number), internal_date=arrived)

    page = open_page(office, account.name)
    page.goto("/mailbox")
    page.get_by_label("Password", exact=True).fill(account.password)
    page.get_by_text("Mail and folders").click()
    days, test = page.get_by_label("Mail of the last"), page.get_by_role("button", name="Test")
    expect(page.locator("#brings")).to_contain_text("would bring")
    for typed, messages in (("", "4 messages"), ("30", "2 messages"), ("100", "3 messages")):
        days.fill(typed)
        test.click()
        expect(page.locator("#brings")).to_contain_text(f"brings {messages}")
        expect(days).to_have_accessible_description(re.compile(messages))
        expect(days).to_have_value(typed)
    assert_accessible(page)
