"""Asking whoever must act: a message to hand over, and the link that the admin makes."""

import html
import re

import pytest

from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Finding, Fixer, Phase, Scope
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.token import TokenAnswer
from tests.support.asked import ADMIN, lock_out, nonce_of
from tests.support.dovecot import Dovecot
from tests.support.log import logged
from tests.support.office import Box, Office
from tests.support.states import finding, put, somebody
from tests.support.visitor import Visitor

LINK = re.compile(r"http://localhost:8000(/repair/\S+)")


@pytest.fixture
def ann(office: Office, dovecot: Dovecot) -> Box:
    office.admin(ADMIN)
    return lock_out(office, dovecot)


@pytest.fixture
def grace(ann: Box, at_desk) -> Visitor:
    visitor: Visitor = at_desk(ADMIN)
    return visitor


def ask_path(box: Box) -> str:
    return f"/mailboxes/{box.id}/ask"


def text_of(page: str, field: str) -> str:
    """What stands in a field to be copied; empty without that field."""
    found = re.search(rf'<textarea[^>]* id="{field}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    return html.unescape(found[1]).strip() if found else ""


def test_looking_makes_no_link(office: Office, grace: Visitor, ann: Box):
    page = grace.get(ask_path(ann)).text

    assert f"Make a link for {ann.person.name}" in page
    assert LINK.search(page) is None and nonce_of(office, ann) is None
    assert f"Hello {ann.person.name}," in text_of(page, "letter")
    assert f"http://localhost:8000/mailboxes/{ann.id}" in text_of(page, "letter")


def test_the_button_gives_a_message_for_a_chat_and_a_letter_with_the_link(
    grace: Visitor, ann: Box, visitor: Visitor
):
    page = grace.post(ask_path(ann)).text

    chat, letter = text_of(page, "chat"), text_of(page, "letter")
    [in_chat], [in_letter] = LINK.findall(chat), LINK.findall(letter)
    assert in_chat == in_letter
    assert f"Hi {ann.person.name}, your mailbox {ann.person.email} has not been read" in chat
    assert "It works once, until " in chat
    assert "of your mailbox." in chat and "of your mailbox." in letter
    assert "without signing in" in letter and "under Mailbox Config" not in letter
    assert visitor.get(in_chat).status_code == 200


def test_what_became_of_the_link_is_told_and_the_link_is_not_shown_again(
    office: Office, grace: Visitor, ann: Box
):
    made = LINK.findall(grace.post(ask_path(ann)).text)[0]

    page = grace.get(ask_path(ann)).text

    assert f"by {ADMIN}, not used yet, good until" in page
    assert made not in page
    office.clock.advance(days=4)
    assert "not used, and over" in grace.get(ask_path(ann)).text


def test_another_link_ends_the_first(grace: Visitor, ann: Box, visitor: Visitor):
    first = LINK.findall(grace.post(ask_path(ann)).text)[0]

    second = LINK.findall(grace.post(ask_path(ann)).text)[0]

    assert visitor.get(first).status_code == 410
    assert visitor.get(second).status_code == 200


def test_only_the_admin_makes_one(office: Office, ann: Box, at_desk):
    bob = office.person("bob@example.org").email
    data = {"csrf_token": at_desk(bob).token("/password")}

    for email in (bob, ann.person.email):
        desk = at_desk(email)
        data = {"csrf_token": desk.token("/password")}
        assert desk.client.post(ask_path(ann), data=data).status_code == 403
    assert "Make a link" not in at_desk(ann.person.email).get(ask_path(ann)).text
    assert nonce_of(office, ann) is None and logged(office, "mailbox.link_made") == []


def test_it_needs_the_forms_token(office: Office, grace: Visitor, ann: Box):
    assert grace.post_without_token(ask_path(ann)).status_code == 400
    assert nonce_of(office, ann) is None


def test_what_was_mended_meanwhile_needs_no_link(
    office: Office, grace: Visitor, ann: Box, dovecot: Dovecot
):
    token = grace.token(ask_path(ann))
    dovecot.change_password(ann.account, ann.account.password)
    office.sync(ann)

    answer = grace.client.post(ask_path(ann), data={"csrf_token": token})

    assert answer.status_code == 302
    assert nonce_of(office, ann) is None


def test_what_a_password_does_not_mend_gets_the_letter_alone(office: Office, at_desk):
    office.admin(ADMIN)
    anna = somebody(office, "Anna Keller")
    wrong = finding("folder.not_found", phase=Phase.FOLDERS, field="folders")
    mailbox_id = put(office, anna, State.NEEDS_ACTION, wrong)

    page = at_desk(ADMIN).get(f"/mailboxes/{mailbox_id}/ask").text

    assert "Make a link" not in page
    assert f"/mailboxes/{mailbox_id}" in text_of(page, "letter")


def test_a_wide_cause_is_one_letter_that_names_all_mailboxes(office: Office, at_desk):
    office.admin(ADMIN)
    names = ("Anna Keller", "Ben Frei", "Chloe Martin")
    expired = finding(
        "oauth.client_secret_expired",
        phase=Phase.TOKEN,
        fix_by=Fixer.PROVIDER_ADMIN,
        scope=Scope.PROVIDER_APP,
    )
    first, *_ = [broken_by(office, name, expired, "outlook") for name in names]
    broken_by(office, "Dora Maar", expired, "gmail")

    page = at_desk(ADMIN).get(f"/mailboxes/{first}/ask").text

    letter = text_of(page, "letter")
    assert "Copy a message for the Entra admin" in page and "Make a link" not in page
    assert "3 mailboxes with one cause" in letter
    assert [name in letter for name in ("anna@", "ben@", "chloe@", "dora@")] == [True] * 3 + [False]
    assert "mailto:?subject=3%20mailboxes" in page


def broken_by(office: Office, name: str, wrong: Finding, app: str) -> int:
    """Somebody's mailbox with a cause that reaches further; its id."""
    said = TokenAnswer(app=app, error="invalid_client")
    facts = Facts(phase=Phase.TOKEN, happening=Happening.TOKEN_REFUSED, token=said)
    return put(office, somebody(office, name), State.NEEDS_ACTION, wrong, facts=facts)


def test_an_owner_is_told_of_nobody_elses_mailbox(office: Office, ann: Box, at_desk):
    server_down = finding("tcp.refused", scope=Scope.MAIL_SERVER, fix_by=Fixer.MAIL_HOST)
    facts = Facts(phase=Phase.TCP, happening=Happening.CONNECT_REFUSED, host="mail.example.org")
    for person in (ann.person, somebody(office, "Ben Abel")):
        put(office, person, State.RETRYING, server_down, facts=facts)

    theirs = at_desk(ann.person.email).get(ask_path(ann)).text
    admins = at_desk(ADMIN).get(ask_path(ann)).text

    assert ann.person.email in text_of(theirs, "letter") and "ben" not in theirs.lower()
    assert "2 mailboxes with one cause" in text_of(admins, "letter")


def test_what_its_owner_mends_names_no_other_mailbox_and_a_paused_one_is_not_counted(
    office: Office, ann: Box, grace: Visitor
):
    facts = Facts(phase=Phase.TCP, happening=Happening.CONNECT_REFUSED, host="mail.example.org")
    own, office_wide = (
        finding("tcp.refused", scope=Scope.MAIL_SERVER, fix_by=fixer)
        for fixer in (Fixer.OWNER, Fixer.MAIL_HOST)
    )
    ben, carla = (somebody(office, name) for name in ("Ben Abel", "Carla Diaz"))
    put(office, ann.person, State.NEEDS_ACTION, own, facts=facts)
    bens = put(office, ben, State.NEEDS_ACTION, office_wide, facts=facts)
    put(office, carla, State.PAUSED, office_wide, facts=facts)

    to_ann = text_of(grace.get(ask_path(ann)).text, "letter")
    to_mail_host = text_of(grace.get(f"/mailboxes/{bens}/ask").text, "letter")

    assert "ben" not in to_ann.lower()
    assert "2 mailboxes with one cause" in to_mail_host and "carla" not in to_mail_host
