"""Doors that were tried too often pause, and say until when."""

import dataclasses
import re

import pytest

from mailboxadmin.app import create_app
from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.web.auth import views
from tests.support.office import PASSWORD, Office, config_for
from tests.support.visitor import Visitor


@pytest.fixture(autouse=True)
def people(office: Office):
    office.admin("grace@example.org")
    office.person("anna@example.org")


def guess(office: Office, email: str, times: int, *, addresses: int = 1) -> list[int]:
    """Refused tries for one account, spread over network addresses."""
    visitors = [Visitor(office.app, REMOTE_ADDR=f"192.0.2.{n + 1}") for n in range(addresses)]
    return [visitors[n % addresses].sign_in(email, "a guess").status_code for n in range(times)]


def test_guessing_one_account_pauses_it_from_wherever(office: Office):
    statuses = guess(office, "anna@example.org", 11, addresses=3)

    assert statuses == [401] * 10 + [429]


def test_the_page_says_when_to_try_again(office: Office, visitor: Visitor):
    guess(office, "anna@example.org", 10)

    answer = visitor.sign_in("anna@example.org")

    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60
    assert re.search(r"Try again <time[^>]*>", answer.text)


def test_other_people_come_in_meanwhile(office: Office, visitor: Visitor):
    guess(office, "anna@example.org", 11)

    assert visitor.sign_in("grace@example.org", PASSWORD).status_code == 302


def test_guessing_many_accounts_from_one_address_pauses_the_address(office: Office):
    statuses = [status for n in range(31) for status in guess(office, f"p{n}@example.org", 1)]

    assert statuses == [401] * 30 + [429]


def test_what_was_left_out_is_no_guess(office: Office, visitor: Visitor):
    statuses = [visitor.sign_in("anna@example.org", "").status_code for _ in range(12)]

    assert statuses == [400] * 12


def test_a_database_that_is_away_is_no_guess(office: Office, visitor: Visitor, monkeypatch):
    def away(*args, **options):
        raise StoreUnavailable("The database cannot be used.")

    token = visitor.token("/login")
    monkeypatch.setattr(views, "sign_in", away)
    form = {"csrf_token": token, "email": "anna@example.org", "password": PASSWORD}
    statuses = [visitor.client.post("/login", data=form).status_code for _ in range(12)]

    assert statuses == [503] * 12


def test_guessing_the_present_password_pauses_and_a_poor_new_one_does_not(office, at_desk):
    anna = at_desk("anna@example.org")

    poor = {anna.post("/password", current=PASSWORD, password="x").status_code for _ in range(31)}
    guesses = [anna.post("/password", current=f"{n}", password=PASSWORD) for n in range(31)]

    assert poor == {400}
    assert [answer.status_code for answer in guesses] == [400] * 30 + [429]


def test_good_sign_ins_are_not_counted(office: Office):
    statuses = [Visitor(office.app).sign_in("anna@example.org").status_code for _ in range(12)]

    assert statuses == [302] * 12


@pytest.mark.parametrize(("proxies", "passed_on"), [(0, "{spoofed}"), (1, "{spoofed}, 192.0.2.9")])
def test_another_forwarded_address_each_time_does_not_begin_anew(
    office: Office, instance, proxies: int, passed_on: str
):
    """Nobody is believed without a proxy; with one, only what that proxy adds at the end."""
    config = dataclasses.replace(config_for(instance), trusted_proxies=proxies)
    app = create_app(config, clock=office.clock)

    statuses = []
    for n in range(31):
        header = passed_on.format(spoofed=f"203.0.113.{n}")
        visitor = Visitor(app, HTTP_X_FORWARDED_FOR=header, REMOTE_ADDR="192.0.2.8")
        statuses.append(visitor.sign_in(f"p{n}@example.org", "a guess").status_code)
    app.extensions["mailboxadmin"].pool.close(timeout_s=20)

    assert statuses == [401] * 30 + [429]


def test_an_account_is_counted_whatever_address_is_claimed_and_however_it_is_written(
    office: Office,
):
    names = ("anna@example.org", "Anna@Example.ORG", " anna@example.org ")

    statuses = [
        Visitor(office.app, HTTP_X_FORWARDED_FOR=f"203.0.113.{n}", REMOTE_ADDR=f"192.0.2.{n}")
        .sign_in(names[n % 3], "a guess")
        .status_code
        for n in range(11)
    ]

    assert statuses == [401] * 10 + [429]
