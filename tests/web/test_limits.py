"""Doors that were tried too often pause, and say until when."""

import re

import pytest

from tests.support.office import PASSWORD, Office
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


def test_good_sign_ins_are_not_counted(office: Office):
    statuses = [Visitor(office.app).sign_in("anna@example.org").status_code for _ in range(12)]

    assert statuses == [302] * 12
