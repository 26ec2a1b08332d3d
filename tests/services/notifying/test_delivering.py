"""What is to be told is stored first, then sent: once, however many tries and kills it takes."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from mailboxadmin.demo.ports import free_port
from mailboxadmin.domain.delivery import Channel
from mailboxadmin.domain.notice import Notice
from mailboxadmin.domain.telling import Event
from mailboxadmin.notify.webhook import SIGNATURE_HEADER, signature
from mailboxadmin.services.notifying import delivering
from mailboxadmin.services.notifying.delivering import CLAIM, deliver
from mailboxadmin.services.notifying.notices import put_out
from mailboxadmin.services.notifying.try_channel import send_test
from mailboxadmin.services.office.channels import ChannelView, read_channels, read_delivery_faults
from mailboxadmin.store.restore import forget_the_moment
from mailboxadmin.store.secrets import office_secret_row
from mailboxadmin.store.tables_notices import NoticeRow
from tests.support.configuring import ADMIN
from tests.support.hook_server import HookServer
from tests.support.log import logged, told
from tests.support.office import Office
from tests.support.smtp_server import Rudeness, RudeServer, SmtpServer
from tests.support.telling import (
    HOOK_CANARY,
    SMTP_CANARY,
    TO,
    change,
    pass_time,
    tell_by_hook,
    tell_by_mail,
)


class Killed(BaseException):
    """What nothing catches: the process is gone."""


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


@pytest.fixture
def hook() -> Iterator[HookServer]:
    with HookServer() as running:
        yield running


def write(office: Office, *subjects: str) -> None:
    """As who decides what is told does."""
    for subject in subjects:
        with office.deps.store.write() as db:
            notice = Notice(event=Event.INCIDENT, subject=subject, body="It broke.\n")
            put_out(db, notice, office.clock.now())


def rows(office: Office) -> list[NoticeRow]:
    with office.deps.store.read() as db:
        return list(db.scalars(select(NoticeRow).order_by(NoticeRow.id)))


def fault(office: Office, channel: Channel = Channel.MAIL) -> ChannelView:
    [found] = [view for view in read_channels(office.deps) if view.channel is channel]
    return found


def test_an_endpoint_that_is_down_is_left_alone_for_longer_and_longer(office: Office):
    port = free_port()
    tell_by_mail(office, SmtpServer(port=port))
    write(office, "one", "two")

    pass_time(office, hours=3)

    [entry] = logged(office, "notice.failed")
    # After 1, 5, 15 and 60 minutes, and each hour then.
    assert entry.times == 6
    view = fault(office)
    assert view.finding is not None and view.finding.code == "notify.smtp_unreachable"
    assert (view.failures, view.waiting) == (6, 2)
    with SmtpServer(port=port) as server:
        pass_time(office, hours=1)
    assert server.subjects == ["one", "two"]
    assert read_delivery_faults(office.deps) == ()


def test_a_webhook_that_is_down_gets_it_later_once_and_signed_anew(
    office: Office, hook: HookServer
):
    tell_by_hook(office, hook)
    hook.status = 503
    write(office, "one")
    pass_time(office, minutes=10)
    failed = len(hook.came)

    hook.status = 200
    pass_time(office, hours=2)

    assert failed == 3 and len(hook.came) == 4
    assert {body["id"] for body in hook.bodies} == {hook.bodies[0]["id"]}
    for came in hook.came:
        assert came.headers[SIGNATURE_HEADER] == signature(HOOK_CANARY, came.body)
    times = [json.loads(came.body)["sent_at"] for came in hook.came]
    assert times == sorted(set(times))


def test_one_way_that_is_down_keeps_the_other_from_nothing(
    office: Office, server: SmtpServer, hook: HookServer
):
    tell_by_mail(office, server)
    tell_by_hook(office, hook)
    hook.status = 500
    write(office, "one", "two")

    deliver(office.deps)

    assert server.subjects == ["one", "two"]
    assert [view.channel for view in read_delivery_faults(office.deps)] == [Channel.WEBHOOK]


def test_what_nobody_takes_for_a_day_is_given_up_and_seen(office: Office):
    tell_by_mail(office, SmtpServer())
    write(office, "one")

    pass_time(office, every=timedelta(minutes=30), hours=25)

    assert rows(office)[0].given_up_at is not None
    assert "Given up after a day, and not told by mail: one" in " ".join(told(office))
    [view] = read_delivery_faults(office.deps)
    assert (view.waiting, view.given_up) == (0, 1)


def test_a_refused_sign_in_is_tried_three_times_and_then_waits_for_a_person(office: Office):
    with SmtpServer(auth=("ann", SMTP_CANARY)) as server:
        tell_by_mail(office, server, smtp_username="ann", smtp_password="not the one")
        write(office, "one", "two")
        pass_time(office, hours=12)
        tries = server.sign_ins

        change(office, smtp_password=SMTP_CANARY)
        deliver(office.deps)

    assert tries == 3
    assert server.subjects == ["one", "two"]
    assert not read_delivery_faults(office.deps)


def test_a_test_that_gets_through_sends_what_was_held(office: Office):
    with SmtpServer(auth=("ann", SMTP_CANARY)) as server:
        server.answers["AUTH"] = "535 locked"
        tell_by_mail(office, server, smtp_username="ann", smtp_password="not the one")
        write(office, "one")
        pass_time(office, hours=2)
        assert fault(office).held

        # The account's password is now the one that was entered here.
        server._auth = ("ann", "not the one")
        result = send_test(office.deps, Channel.MAIL, actor=ADMIN)
        pass_time(office, minutes=1)

    assert result.finding is None
    assert server.subjects == ["Mailbox Admin: a test message", "one"]


def test_one_message_that_is_refused_does_not_hold_up_the_others(office: Office):
    with SmtpServer() as server:
        tell_by_mail(office, server)
        server.answers["DATA"] = "554 5.6.0 I do not like it"
        write(office, "one")
        deliver(office.deps)
        del server.answers["DATA"]
        write(office, "two")
        deliver(office.deps)
        early = list(server.subjects)
        pass_time(office, minutes=2)

    assert early == ["two"]
    assert server.subjects == ["two", "one"]


def test_one_address_that_is_gone_is_told_and_the_others_have_it(
    office: Office, server: SmtpServer
):
    tell_by_mail(office, server, notify_to=f"{TO} gone@example.org")
    server.answers["RCPT gone@example.org"] = "550 5.1.1 nobody here"
    write(office, "one")

    pass_time(office, hours=2)

    assert [envelope.rcpt_tos for envelope in server.envelopes] == [[TO]]
    [view] = read_delivery_faults(office.deps)
    assert view.finding is not None and view.finding.code == "notify.smtp_refused"
    assert "gone@example.org" in view.finding.cause


def test_killed_between_the_row_and_the_message_it_is_sent_later_once(
    office: Office, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
):
    tell_by_mail(office, server)
    write(office, "one")

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(delivering, "send_mail", killed)
        with pytest.raises(Killed):
            deliver(office.deps)
    at_once = deliver(office.deps)
    office.clock.advance(seconds=CLAIM.total_seconds() + 1)
    later = deliver(office.deps), deliver(office.deps)

    # While it may be on its way, nobody else sends it.
    assert (at_once, later) == (0, (1, 0))
    assert server.subjects == ["one"]


def test_a_server_that_hangs_up_on_the_yes_gets_it_again_with_the_same_id(office: Office):
    with RudeServer(at="END", then=Rudeness.HANG_UP) as rude:
        tell_by_mail(office, rude)
        write(office, "one")
        deliver(office.deps)
    [row] = rows(office)
    assert rude.taken == 1 and row.sent_at is None

    with SmtpServer() as server:
        tell_by_mail(office, server)
        deliver(office.deps)

    assert row.uid in str(server.messages[0]["Message-ID"])


def test_a_secret_that_cannot_be_opened_is_told_and_can_be_entered_again(
    office: Office, server: SmtpServer
):
    tell_by_mail(office, server, smtp_password=SMTP_CANARY)
    with office.deps.store.write() as db:
        row = office_secret_row(db, "smtp_password")
        assert row is not None
        row.sealed = b"sealed with a key that is gone"
    write(office, "one")
    deliver(office.deps)
    [view] = read_delivery_faults(office.deps)

    change(office, smtp_password=SMTP_CANARY)
    deliver(office.deps)

    assert view.finding is not None and view.finding.code == "notify.secret_unreadable"
    assert server.subjects == ["one"]


def test_a_restored_backup_sends_nothing_of_its_own_time(office: Office, server: SmtpServer):
    tell_by_mail(office, server)
    write(office, "one")
    with office.deps.store.write() as db:
        forget_the_moment(db, office.clock.now())

    assert deliver(office.deps) == 0
    assert server.subjects == []


def test_a_stop_sends_no_more(office: Office, server: SmtpServer):
    tell_by_mail(office, server)
    write(office, "one")
    stop = threading.Event()
    stop.set()

    assert deliver(office.deps, stop) == 0


def test_no_secret_is_in_a_message_or_in_the_log(office: Office, hook: HookServer):
    with SmtpServer(auth=("ann", "another")) as server:
        server.answers["AUTH"] = f"535 {SMTP_CANARY}"
        tell_by_mail(office, server, smtp_username="ann", smtp_password=SMTP_CANARY)
        tell_by_hook(office, hook)
        hook.status, hook.answer = 500, HOOK_CANARY.encode()
        write(office, "one")
        deliver(office.deps)

    said = [*told(office), repr(read_channels(office.deps)), *(str(came) for came in hook.came)]
    assert len(logged(office, "notice.failed")) == 2
    assert not [text for text in said if SMTP_CANARY in text or HOOK_CANARY in text]


def test_a_way_that_is_taken_away_is_no_fault(office: Office):
    tell_by_mail(office, SmtpServer())
    write(office, "one")
    deliver(office.deps)
    assert read_delivery_faults(office.deps)

    change(office, smtp_host="")

    assert read_delivery_faults(office.deps) == ()
    assert replace(fault(office), waiting=0).set_up is False
