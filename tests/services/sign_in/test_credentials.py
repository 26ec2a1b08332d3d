"""Names and passwords as they are typed or pasted."""

import pytest

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.services.sign_in.credentials import read_password, read_username


@pytest.mark.parametrize(
    ("typed", "sent"),
    [("abcd efgh ijkl mnop", "abcdefghijklmnop"), (" abcd\u00a0efgh\r\n", "abcdefgh")],
)
def test_the_spaces_of_a_google_password_are_taken_out(typed: str, sent: str):
    assert read_password(typed, strips_spaces=True) == sent


def test_elsewhere_spaces_belong_to_a_password_and_the_end_of_the_line_does_not():
    assert read_password(" two words \r\n", strips_spaces=False) == " two words "


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("", "empty"),
        ("\r\n", "empty"),
        ("a\r\nA1 LOGOUT", "line breaks or control"),
        ("a\0b", "line breaks or control"),
        ("x" * 1001, "At most 1000"),
    ],
)
def test_what_cannot_be_a_password_is_said_in_one_sentence(typed: str, part: str):
    with pytest.raises(InvalidInput, match=part) as refused:
        read_password(typed, strips_spaces=False)
    assert refused.value.field == "password"


def test_an_empty_username_is_the_address():
    assert read_username("  ") is None
    assert read_username(" anna ") == "anna"


@pytest.mark.parametrize("typed", ["an\r\nna", "a\0", "x" * 256])
def test_what_cannot_be_a_username_is_refused(typed: str):
    with pytest.raises(InvalidInput) as refused:
        read_username(typed)
    assert refused.value.field == "username"
