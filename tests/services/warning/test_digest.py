"""The summary of the morning, and the sign of life."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from time import tzset

import pytest

from mailboxadmin.domain.delivery import Channel
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.telling import digest_due
from mailboxadmin.services.keeping.daily_backup import back_up_if_due
from mailboxadmin.services.office.channels import read_delivery_faults
from mailboxadmin.services.warning.digest import compose_digest
from mailboxadmin.services.warning.telling import tell
from tests.support.full_disk import leave_free
from tests.support.hook_server import HookServer
from tests.support.log import logged
from tests.support.mailstore import Account
from tests.support.office import Office
from tests.support.outcomes import REFUSED, fails, server_down, succeeds
from tests.support.smtp_server import SmtpServer
from tests.support.telling import change, pass_time, tell_by_mail

SOMEWHERE = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A zone with summer time; the office's clock begins at 10:00 there."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        tzset()
        yield
    tzset()


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def box(office: Office, name: str) -> int:
    return office.mailbox_at(SOMEWHERE, Account(f"{name}@example.org", "a password")).id


def test_every_morning_there_is_one(office: Office, server: SmtpServer):
    tell_by_mail(office, server, notify_digest_at="12:00")

    pass_time(office, every=timedelta(minutes=20), days=3)

    assert len(server.subjects) == 3
    dates = [message["Date"].datetime.astimezone() for message in server.messages]
    assert {(date.hour, date.minute) for date in dates} == {(12, 0)}


def test_a_quiet_day_is_one_line(office: Office, server: SmtpServer):
    for name in ("anna", "ben"):
        succeeds(office, box(office, name))
    tell_by_mail(office, server, notify_digest_at="10:05")

    pass_time(office, minutes=10)

    [mail] = server.messages
    assert mail["Subject"] == "All 2 mailboxes are fine."
    assert mail.get_content().splitlines()[0] == (
        "All 2 mailboxes are fine. Nothing is broken, nothing ended since yesterday, nothing "
        "ends soon."
    )


def test_it_says_what_is_broken_what_ended_and_what_ends_soon(office: Office, server: SmtpServer):
    change(office, outlook_secret_expires_on="2026-03-10")
    anna, ben, carl = (box(office, name) for name in ("anna", "ben", "carl"))
    tell_by_mail(office, server)
    fails(office, anna, REFUSED)
    fails(office, ben, server_down())
    fails(office, carl, REFUSED)
    pass_time(office, minutes=30)
    succeeds(office, carl)
    pass_time(office, minutes=30)
    server.envelopes.clear()

    change(office, notify_digest_at="11:05")
    pass_time(office, minutes=10)

    [mail] = server.messages
    text = mail.get_content().replace("\r\n", "\n")
    assert mail["Subject"] == "1 thing needs someone. 1 of 3 mailboxes is fine."
    assert "Needs someone:\n- anna@example.org: " in text
    assert "Tried again by itself:\n- ben@example.org: " in text
    assert "Works again since yesterday:\n- carl@example.org: " in text
    assert "after 30 minutes" in text
    assert "Ends soon, or looks strange:\n- The client secret of the Outlook app ends in" in text


def test_one_that_was_missed_is_made_up_for_three_hours_and_no_longer():
    morning = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # seven in Berlin
    seven = time(7)

    def due(**later: float) -> bool:
        return digest_due(seven, morning + timedelta(**later), None)

    assert (due(minutes=-1), due(), due(hours=2), due(hours=4)) == (False, True, True, False)
    assert not digest_due(seven, morning + timedelta(hours=1), morning)
    assert digest_due(seven, morning + timedelta(days=1), morning)


def test_it_comes_at_the_same_hour_after_the_clocks_were_changed():
    seven = time(7)
    before = datetime(2026, 3, 28, 6, 0, tzinfo=UTC)
    after = datetime(2026, 3, 29, 5, 0, tzinfo=UTC)

    assert digest_due(seven, after, before)
    assert not digest_due(seven, after - timedelta(minutes=1), before)


def test_a_sign_of_life_comes_once_a_minute_while_mailboxes_are_checked(office: Office):
    with HookServer() as monitor:
        change(office, ping_url=monitor.url)
        pass_time(office, every=timedelta(seconds=15), minutes=5)
        alive = len(monitor.came)

        # Nobody ticks any more.
        office.clock.advance(minutes=10)
        tell(office.deps)

    assert alive == 5
    assert len(monitor.came) == 5


def test_a_monitor_that_gets_none_is_told_once_until_it_does(office: Office):
    with HookServer() as monitor:
        change(office, ping_url=monitor.url)
        monitor.status = 404
        pass_time(office, minutes=5)
        [view] = read_delivery_faults(office.deps)
        [entry] = logged(office, "notice.failed")

        monitor.status = 200
        pass_time(office, minutes=2)

    assert (view.channel, entry.times) == (Channel.PING, 5)
    assert view.finding is not None and view.finding.code == "notify.ping_failed"
    assert read_delivery_faults(office.deps) == ()


def test_a_backup_that_cannot_be_made_is_in_it_each_day(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as full:
        leave_free(full, 0)
        back_up_if_due(office.deps, threading.Event())
    told = compose_digest(office.deps).body
    back_up_if_due(office.deps, threading.Event())

    quiet = compose_digest(office.deps).body

    assert "No new backup:\n- The backup of the day was not made: " in told
    assert "backup" not in quiet
