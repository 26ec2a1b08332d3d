"""People are told once for each cause: when it breaks, when it works again, and in the morning."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.services.mailboxes.pausing import pause_mailbox
from mailboxadmin.services.warning.telling import tell
from mailboxadmin.store.tables_notices import NoticeRow
from tests.support.hook_server import HookServer
from tests.support.log import logged
from tests.support.mailstore import Account
from tests.support.office import Box, Office
from tests.support.outcomes import REFUSED, fails, server_down, succeeds, token_refused
from tests.support.smtp_server import SmtpServer
from tests.support.telling import TO, change, pass_time, tell_by_hook, tell_by_mail

SOMEWHERE = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)
SECRET_EXPIRED = token_refused("invalid_client", "AADSTS7000222: The secret keys are expired.")


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


@pytest.fixture
def hook() -> Iterator[HookServer]:
    with HookServer() as running:
        yield running


@pytest.fixture
def told(office: Office, server: SmtpServer) -> SmtpServer:
    """The office's own, with Grace on the other end."""
    tell_by_mail(office, server)
    return server


def people(office: Office, count: int) -> list[Box]:
    accounts = [Account(f"person{number}@example.org", "a password") for number in range(count)]
    return [office.mailbox_at(SOMEWHERE, account) for account in accounts]


def body(server: SmtpServer, index: int = -1) -> str:
    text: str = server.messages[index].get_content()
    return text


def test_a_refused_password_is_told_with_whom_what_and_where(office: Office, told: SmtpServer):
    [box] = people(office, 1)
    fails(office, box.id, REFUSED)

    pass_time(office, minutes=3)

    [mail] = told.messages
    assert mail["To"] == TO and mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"].startswith("person0@example.org: ")
    assert mail["Subject"].endswith("– enter the right password")
    text = body(told)
    assert "Who acts: Person0" in text
    assert "1. " in text and "“[AUTHENTICATIONFAILED] Authentication failed.”" in text
    assert f"{office.deps.base_url}/mailboxes/{box.id}" in text
    assert "Tried next by itself: 2 March" in text
    assert "](https" not in text


def test_five_mailboxes_on_one_app_are_one_message(office: Office, told: SmtpServer):
    for box in people(office, 5):
        fails(office, box.id, SECRET_EXPIRED)

    pass_time(office, minutes=90)

    assert told.subjects == [
        "5 Outlook mailboxes: the client secret expired – renew the client secret in Entra"
    ]
    assert all(f"- person{number}@example.org" in body(told) for number in range(5))


def test_fifty_refused_passwords_at_once_are_one_message(office: Office, told: SmtpServer):
    for box in people(office, 50):
        fails(office, box.id, REFUSED)

    pass_time(office, minutes=90)

    [subject] = told.subjects
    assert subject.startswith("50 mailboxes: ")
    assert "- person29@example.org" in body(told) and "and 20 more" in body(told)


def test_fifty_that_fail_over_five_minutes_are_two_messages(office: Office, told: SmtpServer):
    for box in people(office, 50):
        fails(office, box.id, REFUSED)
        pass_time(office, every=timedelta(seconds=6), seconds=6)

    pass_time(office, minutes=30)

    assert len(told.subjects) == 2


def test_who_joins_a_case_later_is_no_new_message(office: Office, told: SmtpServer):
    boxes = people(office, 3)
    fails(office, boxes[0].id, SECRET_EXPIRED)
    pass_time(office, minutes=3)
    for box in boxes[1:]:
        fails(office, box.id, SECRET_EXPIRED)

    pass_time(office, minutes=90)

    assert len(told.subjects) == 1


def test_what_mends_itself_is_told_when_it_has_lasted(office: Office, told: SmtpServer):
    box, _ = people(office, 2)
    fails(office, box.id, server_down())

    pass_time(office, minutes=29)
    early = list(told.subjects)
    pass_time(office, minutes=3)

    assert early == []
    [subject] = told.subjects
    assert subject.startswith("person0@example.org: ")


def test_what_was_over_before_is_never_told(office: Office, told: SmtpServer):
    [box] = people(office, 1)
    fails(office, box.id, server_down())
    pass_time(office, minutes=20)
    succeeds(office, box.id)

    pass_time(office, minutes=60)

    assert told.subjects == []


def test_that_it_works_again_is_told_once_with_how_long_it_lasted(office: Office, told: SmtpServer):
    boxes = people(office, 3)
    for box in boxes:
        fails(office, box.id, SECRET_EXPIRED)
    pass_time(office, minutes=60)
    for box in boxes:
        succeeds(office, box.id)

    pass_time(office, minutes=60)

    assert told.subjects[1:] == ["Works again: 3 Outlook mailboxes, after 1 hour"]
    assert "it was: the client secret expired" in body(told)


def test_a_case_that_is_half_over_is_not_told_as_over(office: Office, told: SmtpServer):
    boxes = people(office, 2)
    for box in boxes:
        fails(office, box.id, SECRET_EXPIRED)
    pass_time(office, minutes=5)
    succeeds(office, boxes[0].id)

    pass_time(office, minutes=60)

    assert len(told.subjects) == 1


def test_a_paused_mailbox_does_not_work_again(office: Office, told: SmtpServer):
    [box] = people(office, 1)
    fails(office, box.id, REFUSED)
    pass_time(office, minutes=5)
    pause_mailbox(office.deps, box.id, actor=TO)

    pass_time(office, minutes=60)

    assert len(told.subjects) == 1


def test_a_case_that_comes_and_goes_does_not_storm(office: Office, told: SmtpServer):
    [box] = people(office, 1)
    for _ in range(24):
        fails(office, box.id, REFUSED)
        pass_time(office, minutes=5)
        succeeds(office, box.id)
        pass_time(office, minutes=5)

    assert len(told.subjects) == 1


def test_one_that_stays_away_for_long_enough_is_told_anew_after_an_hour(
    office: Office, told: SmtpServer
):
    [box] = people(office, 1)
    for _ in range(4):
        fails(office, box.id, REFUSED)
        pass_time(office, minutes=5)
        succeeds(office, box.id)
        pass_time(office, minutes=15)

    broke = [subject for subject in told.subjects if not subject.startswith("Works again")]
    assert len(broke) == 2


def test_a_server_that_fails_in_another_way_is_told_once(office: Office, told: SmtpServer):
    boxes = people(office, 2)
    timeout = Facts(phase=Phase.TCP, happening=Happening.CONNECT_TIMEOUT, host="mail.example.org")
    for facts in (server_down(), timeout, server_down(), timeout):
        for box in boxes:
            fails(office, box.id, facts)
        pass_time(office, minutes=40)
    for box in boxes:
        succeeds(office, box.id)
    pass_time(office, minutes=20)

    assert [subject.partition(":")[0] for subject in told.subjects] == [
        "2 mailboxes on mail.example.org",
        "Works again",
    ]


def test_when_it_needs_somebody_after_all_that_is_told(office: Office, told: SmtpServer):
    [box] = people(office, 1)
    fails(office, box.id, server_down())
    pass_time(office, minutes=40)
    fails(office, box.id, REFUSED)
    pass_time(office, minutes=20)

    assert len(told.subjects) == 2
    succeeds(office, box.id)
    pass_time(office, minutes=20)
    assert [subject for subject in told.subjects if "Works again" in subject] == told.subjects[2:]
    assert len(told.subjects) == 3


@pytest.mark.parametrize(("key", "left"), [("notify_on_incident", 0), ("notify_on_recovery", 1)])
def test_each_of_them_can_be_switched_off(office: Office, told: SmtpServer, key: str, left: int):
    change(office, **{key: "no"})
    [box] = people(office, 1)
    fails(office, box.id, REFUSED)
    pass_time(office, minutes=5)
    succeeds(office, box.id)

    pass_time(office, minutes=30)

    assert len(told.subjects) == left


def test_a_restart_tells_nothing_twice(office: Office, told: SmtpServer, open_office):
    [box] = people(office, 1)
    fails(office, box.id, REFUSED)
    pass_time(office, minutes=5)

    again = open_office(clock=office.clock)
    pass_time(again, minutes=90)

    assert len(told.subjects) == 1


def test_nobody_is_told_twice_by_two_processes(office: Office, told: SmtpServer, open_office):
    other = open_office(clock=office.clock)
    for box in people(office, 3):
        fails(office, box.id, REFUSED)

    for _ in range(20):
        office.clock.advance(seconds=15)
        tell(office.deps)
        tell(other.deps)

    assert len(told.subjects) == 1


def test_what_goes_on_is_told_when_somebody_is_named_at_last(office: Office, server: SmtpServer):
    [box] = people(office, 1)
    fails(office, box.id, REFUSED)
    pass_time(office, minutes=60)

    tell_by_mail(office, server)
    pass_time(office, minutes=3)

    assert len(server.subjects) == 1


def test_after_a_round_of_a_timer_nobody_waits_for_more(office: Office, told: SmtpServer):
    [box] = people(office, 1)
    fails(office, box.id, REFUSED)

    tell(office.deps, gathered=True)

    assert len(told.subjects) == 1


def test_what_was_told_stands_in_the_log(office: Office, told: SmtpServer):
    [box] = people(office, 1)
    fails(office, box.id, REFUSED)
    pass_time(office, minutes=3)

    [entry] = logged(office, "notice.sent")
    assert entry.message == f"Told by mail: {told.subjects[0]}"
    assert entry.detail == {"channel": "mail", "event": "incident", "tries": 1}


def test_what_a_server_says_makes_no_header_and_no_line_of_its_own(
    office: Office, told: SmtpServer
):
    said = "NO sorry\r\nBcc: eve@example.org\r\n\r\n<script>alert(1)</script>"
    facts = Facts(
        phase=Phase.AUTH, happening=Happening.ANSWER_NO, server_said=said, host="mail.example.org"
    )
    [box] = people(office, 1)
    fails(office, box.id, facts)

    pass_time(office, minutes=3)

    [mail] = told.messages
    assert mail["Bcc"] is None and told.envelopes[0].rcpt_tos == [TO]
    assert "\nBcc:" not in body(told)
    assert mail.get_content_type() == "text/plain"


def test_a_case_is_told_once_on_each_way(office: Office, told: SmtpServer, hook: HookServer):
    tell_by_hook(office, hook)
    for box in people(office, 2):
        fails(office, box.id, SECRET_EXPIRED)
    pass_time(office, minutes=30)

    [sent] = hook.bodies
    with office.deps.store.read() as db:
        assert len({row.uid for row in db.query(NoticeRow)}) == 1
    assert (sent["event"], sent["subject"]) == ("incident", told.subjects[0])
    [case] = sent["cases"]
    assert case["code"] == "oauth.client_secret_expired"
    assert case["mailboxes"] == ["person0@example.org", "person1@example.org"]
    assert case["fix_by"] == "provider_admin" and case["steps"]
    assert sent["id"] in str(told.messages[0]["Message-ID"])
