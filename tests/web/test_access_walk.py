"""All routes with all kinds of people: who is let in, and where the others are sent."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from mailboxadmin.domain.people import Person
from mailboxadmin.services.staff import people
from mailboxadmin.web.access import ROUTES, Need
from tests.support.office import Office
from tests.support.visitor import Visitor

IN, SIGN_IN, FORBIDDEN, MISSING = "in", "sent to sign in", "forbidden", "not found"

#: What becomes of whom; the mailbox in the address is the owner's.
EXPECTED = {
    "nobody": dict.fromkeys(Need, SIGN_IN) | {Need.ALWAYS: IN, Need.PUBLIC: IN},
    "disabled": dict.fromkeys(Need, SIGN_IN) | {Need.ALWAYS: IN, Need.PUBLIC: IN},
    "other": dict.fromkeys(Need, IN)
    | {Need.OWNER: MISSING, Need.SELF: MISSING, Need.ADMIN: FORBIDDEN},
    "owner": dict.fromkeys(Need, IN) | {Need.ADMIN: FORBIDDEN},
    "admin": dict.fromkeys(Need, IN) | {Need.SELF: MISSING},
}

#: Everything a stranger reaches; whoever adds to it thinks twice.
OPEN = {
    "auth.invitation",
    "auth.login",
    "auth.logout",
    "auth.setup",
    "oauth.callback",
    "oauth.connect",
    "oauth.result",
    "oauth.returned",
    "ops.favicon",
    "ops.healthz",
    "ops.metrics",
    "repair.mend",
    "static",
}
#: Where people who are signed in find their own things without a mailbox in the address.
OWN = {
    "account.end",
    "account.end_others",
    "account.index",
    "activity.csv",
    "activity.index",
    "auth.password",
    "board.index",
    "mail.body",
    "mail.download",
    "mail.failed",
    "mail.file",
    "mail.index",
    "mail.letter",
    "mail.mark",
    "mail.news",
    "mail.part",
    "mail.pictures",
    "mail.search",
    "mail.source",
    "mail.undo",
    "mail_export.index",
    "mail_export.save",
    "mailbox.own",
    "mailbox.submit_own",
    "oauth.ask_own",
    "oauth.end_own",
    "ops.beat",
}


@pytest.fixture
def owner(office: Office) -> Person:
    """The office with its people; the one whose mailbox is asked for."""
    office.admin("grace@example.org")
    office.person("other@example.org")
    return office.person("owner@example.org")


@pytest.fixture
def visitors(office: Office, owner: Person, at_desk) -> dict[str, Visitor]:
    """Each kind of person at a browser; the disabled one was signed in when it happened."""
    disabled = office.person("disabled@example.org")
    desks = {
        "nobody": Visitor(office.app),
        "disabled": at_desk(disabled.email),
        "other": at_desk("other@example.org"),
        "owner": at_desk(owner.email),
        "admin": at_desk("grace@example.org"),
    }
    people.disable_person(office.deps, disabled.id, actor="grace@example.org")
    return desks


def requests(app: Flask, owner: Person) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, path) of every route, about the owner where somebody is named."""
    names = {"mailbox_id": owner.mailbox_id, "staff_id": owner.id, "token": "x"}
    names |= {"key": "gmail", "why": "used"}
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        values = {name: names.get(name, 1) for name in rule.arguments}
        for method in methods(rule):
            yield rule.endpoint, method, adapter.build(rule.endpoint, values, method=method)


def methods(rule: Rule) -> set[str]:
    return set(rule.methods or ()) - {"HEAD", "OPTIONS"}


def what_became(answer: TestResponse) -> str:
    if answer.status_code == 302 and answer.location.startswith("/login"):
        return SIGN_IN
    return {403: FORBIDDEN, 404: MISSING, 200: IN}.get(answer.status_code, answer.status)


@pytest.mark.parametrize("who", EXPECTED)
def test_each_reaches_what_the_table_says(office: Office, owner: Person, visitors, who: str):
    # The guard alone is asked: behind it, every page answers, and to every form.
    office.app.config["WTF_CSRF_ENABLED"] = False
    for endpoint in office.app.view_functions:
        office.app.view_functions[endpoint] = lambda **_: "in"

    surprises = {
        (method, path): became
        for endpoint, method, path in requests(office.app, owner)
        if (became := what_became(visitors[who].client.open(path, method=method)))
        != EXPECTED[who][ROUTES[endpoint]]
    }

    assert surprises == {}


def test_everything_but_what_is_always_there_leads_to_the_set_up_first(office: Office):
    anna, visitor = office.person("anna@example.org"), Visitor(office.app)
    for endpoint in office.app.view_functions:
        office.app.view_functions[endpoint] = lambda **_: "in"

    for endpoint, method, path in requests(office.app, anna):
        answer = visitor.client.open(path, method=method)
        expected = None if ROUTES[endpoint] is Need.ALWAYS else "/setup"
        assert answer.location == expected, (method, path)


def test_no_form_is_taken_without_its_token(office: Office, owner: Person, at_desk):
    admin = at_desk("grace@example.org")

    taken = {
        path: answer.status_code
        for _, method, path in requests(office.app, owner)
        if method == "POST"
        if (answer := admin.post_without_token(path)).status_code != 400
    }

    assert taken == {}


def test_the_table_and_the_routes_name_the_same(office: Office):
    assert {rule.endpoint for rule in office.app.url_map.iter_rules()} == set(ROUTES)
    assert list(ROUTES) == sorted(ROUTES)


def test_a_stranger_reaches_the_door_and_nothing_else():
    assert {name for name, need in ROUTES.items() if need in (Need.ALWAYS, Need.PUBLIC)} == OPEN


def test_without_a_mailbox_in_the_address_it_is_ones_own_or_for_the_admin(office: Office):
    rules = [rule for rule in office.app.url_map.iter_rules() if rule.endpoint not in OPEN | OWN]

    guarded = {rule.endpoint for rule in rules if "mailbox_id" in rule.arguments}

    for rule in rules:
        allowed = {Need.OWNER, Need.SELF, Need.ADMIN} if rule.endpoint in guarded else {Need.ADMIN}
        assert ROUTES[rule.endpoint] in allowed, rule


def test_who_asks_for_what_is_not_theirs_stands_in_the_log_file(owner, at_desk, caplog):
    other = at_desk("other@example.org")

    other.get("/staff")
    other.post_without_token(f"/mailboxes/{owner.mailbox_id}/sync")

    assert [record.message for record in caplog.records if record.name.endswith("access")] == [
        "other@example.org was refused GET staff.index",
        "other@example.org was refused POST mailboxes.sync",
    ]


def test_a_route_that_is_not_in_the_table_fails_loudly(office: Office):
    office.admin()
    office.app.add_url_rule("/forgotten", "forgotten", lambda: "open to all")

    answer = Visitor(office.app).get("/forgotten")

    assert answer.status_code == 500
    assert "open to all" not in answer.text
