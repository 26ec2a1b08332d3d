"""Settings → Notifications: who is told and how, and a test of each way with how far it came."""

import re
from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from mailboxadmin.demo.ports import LOOPBACK, refusing_port
from mailboxadmin.domain.delivery import Channel
from mailboxadmin.domain.settings import SETTINGS, Group
from mailboxadmin.services.office.settings import read_settings
from tests.support.configuring import ADMIN
from tests.support.hook_server import HookServer
from tests.support.log import logged, told
from tests.support.office import Office
from tests.support.smtp_server import SmtpServer
from tests.support.telling import HOOK_CANARY, SMTP_CANARY, TO
from tests.support.visitor import Visitor

PAGE = "/settings/notifications"


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    office.admin(ADMIN)
    return at_desk(ADMIN)


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer(auth=("ann", SMTP_CANARY)) as running:
        yield running


def fields(port: int, **more: str) -> dict[str, str]:
    plain = {"notify_to": TO, "smtp_host": LOOPBACK, "smtp_port": str(port)}
    signed = {"smtp_username": "ann", "smtp_password": SMTP_CANARY, "smtp_encryption": "none"}
    return plain | signed | more


def tried(visitor: Visitor, channel: str, **sent: str) -> TestResponse:
    """Save what is sent, and try that way."""
    return visitor.post(f"{PAGE}?test={channel}", form_at=PAGE, **sent)


def text_of(office: Office, key: str) -> str:
    return next(view.text for view in read_settings(office.deps) if view.setting.key == key)


def card(page: str, channel: Channel) -> str:
    return page.partition(f'id="{channel}"')[2].partition("</section>")[0]


def fault_beside(page: str, key: str) -> str:
    found = re.search(rf'id="{key}-fault">([^<]*)<', page)
    return found[1] if found else ""


def test_every_setting_is_there_with_its_help_and_nowhere_else(grace: Visitor):
    page, other = grace.get(PAGE).text, grace.get("/settings").text

    assert f'href="{PAGE}"' in other
    for key, setting in SETTINGS.items():
        here = setting.group is Group.TELLING
        assert (f'name="{key}"' in page) is here
        assert not here or (setting.label in page and f'name="{key}"' not in other)


def test_saving_says_what_changed_and_seals_the_password(office: Office, grace: Visitor):
    grace.post(PAGE, **fields(587), notify_digest_at="7:05")

    page = grace.get(PAGE).text
    assert f"Tell these people: not set → {TO}" in page
    assert "Password: not set → set" in page
    assert "Every day at: not set → 07:05" in page
    assert text_of(office, "smtp_password") == "set"
    assert "Set up, not tried yet" in card(page, Channel.MAIL)
    assert "Not set up" in card(page, Channel.WEBHOOK)


def test_an_empty_password_keeps_the_one_there_is_and_a_box_takes_it_away(
    office: Office, grace: Visitor
):
    grace.post(PAGE, **fields(587))
    grace.post(PAGE, **fields(587, smtp_password=""))
    kept = text_of(office, "smtp_password")

    grace.post(PAGE, **fields(587, smtp_password=""), remove_smtp_password="y")

    assert (kept, text_of(office, "smtp_password")) == ("set", "")


@pytest.mark.parametrize(
    ("key", "wrong", "said"),
    [
        ("notify_to", "grace@example.org, nobody", "is no address"),
        ("notify_digest_at", "25:00", "Enter a time of day as 07:00"),
        ("smtp_host", "smtp://mail.example.org", "Enter only the server"),
        ("smtp_port", "0", "from 1 to 65535"),
        ("smtp_from", "grace", "is no address"),
        ("webhook_url", "example.org/hook", "Enter the whole address"),
        ("webhook_url", "https://ann:secret@example.org/", "no name, no password"),
        ("webhook_secret", "short", "at least 16 characters"),
        ("ping_url", "ftp://example.org/", "Enter the whole address"),
    ],
)
def test_a_fault_stands_beside_its_field_and_nothing_is_saved(
    office: Office, grace: Visitor, key: str, wrong: str, said: str
):
    answer = grace.post(PAGE, **{"smtp_username": "ann", key: wrong})

    assert answer.status_code == 400
    assert said in fault_beside(answer.text, key)
    assert text_of(office, "smtp_username") == ""


def test_the_password_goes_to_no_other_server(office: Office, grace: Visitor, server: SmtpServer):
    grace.post(PAGE, **fields(587))

    moved = tried(grace, "mail", **fields(server.port, smtp_password=""))
    again = tried(grace, "mail", **fields(server.port))

    assert moved.status_code == 400
    assert "It was entered for" in fault_beside(moved.text, "smtp_password")
    assert again.status_code == 200 and len(server.envelopes) == 1


def test_a_test_message_shows_how_far_it_came(office: Office, grace: Visitor, server: SmtpServer):
    page = tried(grace, "mail", **fields(server.port)).text

    own = card(page, Channel.MAIL)
    assert "The mail server took it." in own
    for rung in ("Find the server", "Connect", "Greeting", "Sign-in", "Hand over"):
        assert f"<b>{rung}</b>" in own
    [mail] = server.messages
    assert mail["To"] == TO and ADMIN in mail.get_content()
    [entry] = logged(office, "notice.tested")
    assert (entry.actor, entry.detail) == (ADMIN, {"channel": "mail"})
    assert "Works" in card(grace.get(PAGE).text, Channel.MAIL)


def test_a_refused_sign_in_is_told_with_its_words_and_what_to_do(
    office: Office, grace: Visitor, server: SmtpServer
):
    page = tried(grace, "mail", **fields(server.port, smtp_password="not the one")).text

    own = card(page, Channel.MAIL)
    assert "notify.smtp_sign_in_refused" in own
    assert "535 5.7.8 Authentication credentials invalid" in own
    assert "Make an app password" in own
    assert "If you are not an admin here" not in own
    assert logged(office, "notice.tested")[0].detail["finding"]["field"] == "smtp_password"
    assert "Does not work" in card(grace.get(PAGE).text, Channel.MAIL)


def test_nobody_there_is_told_for_each_way(grace: Visitor):
    with refusing_port() as port:
        url = f"http://localhost:{port}/canary-path"
        for channel, more in (
            (Channel.MAIL, fields(port)),
            (Channel.WEBHOOK, {"webhook_url": url}),
            (Channel.PING, {"ping_url": url}),
        ):
            own = card(tried(grace, channel.value, **more).text, channel)
            assert "Connection refused" in own, channel
            assert "canary-path" not in own.partition('role="alert"')[2].partition("</ol>")[0]


def test_a_way_that_is_not_set_up_says_what_is_missing(grace: Visitor):
    for channel, key in (("mail", "notify_to"), ("webhook", "webhook_url"), ("ping", "ping_url")):
        answer = tried(grace, channel)

        assert answer.status_code == 400
        assert "Nothing can be sent without it" in fault_beside(answer.text, key)


def test_a_webhook_and_a_monitor_are_tried_with_one_click_each(grace: Visitor):
    with HookServer() as hook:
        told_ = tried(grace, "webhook", webhook_url=hook.url, webhook_secret=HOOK_CANARY)
        alive = tried(grace, "ping", ping_url=hook.url, webhook_url=hook.url)

    assert "The webhook took it." in told_.text and "The monitor took it." in alive.text
    assert [came.method for came in hook.came] == ["POST", "GET"]
    assert hook.bodies[0]["event"] == "test"


def test_no_secret_is_in_any_page_or_in_the_log(office: Office, grace: Visitor, server: SmtpServer):
    server.answers["AUTH"] = f"535 {SMTP_CANARY} is not it"
    hook_fields = {"webhook_url": "http://localhost:1/", "webhook_secret": HOOK_CANARY}
    answers = [
        tried(grace, way, **fields(server.port, **hook_fields, smtp_username="eve"))
        for way in ("mail", "webhook")
    ]
    answers += [
        grace.get(path)
        for path in (PAGE, "/settings", "/activity", "/activity.csv", "/troubleshooting")
    ]

    said = [answer.text for answer in answers] + told(office)
    assert not [text for text in said if SMTP_CANARY in text or HOOK_CANARY in text]


def test_staff_see_nothing_of_it(office: Office, at_desk):
    office.admin(ADMIN)
    office.person("anna@example.org")

    assert at_desk("anna@example.org").get(PAGE).status_code == 403
