"""What is asked of a password: length, and that it is not one that others try first."""

import pytest

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.services.staff.passwords import (
    MAXIMUM_LENGTH,
    MINIMUM_LENGTH,
    common_passwords,
    hash_password,
    verify_password,
)

EMAIL = "anna.keller@example.org"


def fault_of(password: str) -> str:
    with pytest.raises(InvalidInput) as fault:
        hash_password(password, email=EMAIL)
    assert fault.value.field == "password"
    return fault.value.sentence


def test_the_list_has_more_than_three_thousand_that_the_length_would_let_through():
    """As OWASP ASVS 6.2.4 asks: shorter ones would not count."""
    listed = common_passwords()

    assert len(listed) > 3000
    assert all(len(each) >= MINIMUM_LENGTH and each == each.lower() for each in listed)


@pytest.mark.parametrize(
    "password", ["1q2w3e4r5t6y", "Password1234", "  QWERTYUIOP", "Manchester", "mailboxadmin"]
)
def test_what_is_tried_first_is_refused_however_it_is_written(password: str):
    assert "among the first" in fault_of(password)


def test_every_kind_of_character_is_taken_and_none_is_asked_for():
    for password in (
        "only small letters",
        "ONLY BIG ONES",
        "7295618340",
        "пароль длинный",
        "🦊🐻🐼🦁🐯🐨🐮🐷🐸🐵",
    ):
        assert verify_password(password, hash_password(password, email=EMAIL)) == (True, None)


@pytest.mark.parametrize("length", [MINIMUM_LENGTH, 64, 200, MAXIMUM_LENGTH])
def test_every_character_of_a_long_one_counts(length: int):
    password = "correct horse battery staple "[: length - 1].ljust(length - 1, "y")

    hashed = hash_password(password + "z", email=EMAIL)

    assert verify_password(password + "z", hashed)[0]
    assert not verify_password(password + "Z", hashed)[0]
    assert not verify_password(password, hashed)[0]


def test_what_is_too_long_is_refused_and_not_cut():
    assert "at most 500" in fault_of("x1y2" * 126)
