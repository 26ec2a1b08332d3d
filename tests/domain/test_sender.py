"""Who a message says it is from, and when the name lies about the address."""

import pytest

from mailboxadmin.domain.sender import ADDRESSES, Sender, read_addresses, read_sender


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("Ben Okoye <ben@example.org>", "Ben Okoye", "ben@example.org"),
        ('"Okoye, Ben" <ben@example.org>', "Okoye, Ben", "ben@example.org"),
        ('"Ben \\"the saw\\" Okoye" <ben@example.org>', 'Ben "the saw" Okoye', "ben@example.org"),
        ("ben@example.org", "", "ben@example.org"),
        ("<ben@example.org>", "", "ben@example.org"),
        (
            "Your Bank <service@bank.example> <x@evil.example>",
            "Your Bank <service@bank.example>",
            "x@evil.example",
        ),
        ("Mailer Daemon", "Mailer Daemon", ""),
        ("Ben <not an address>", "Ben <not an address>", ""),
        ("", "", ""),
    ],
)
def test_a_decoded_field_is_a_name_and_an_address(text: str, name: str, address: str):
    assert read_sender(text) == Sender(name=name, address=address)


@pytest.mark.parametrize(
    ("name", "address", "shows"),
    [
        ("service@bank.example", "x@evil.example", "service@bank.example"),
        ("Your Bank (service@bank.example)", "x@evil.example", "service@bank.example"),
        ("Bank.Example", "x@evil.example", "Bank.Example"),
        ("Support at bank.example", "support@bank.example.evil.org", "bank.example"),
        ("bank.example", "x@notbank.example", "bank.example"),
        ("ben@example.org", "ben@example.com", "ben@example.org"),
    ],
)
def test_a_name_that_shows_another_address_misleads(name: str, address: str, shows: str):
    assert Sender(name=name, address=address).misleads == shows


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Ben Okoye", "ben@example.org"),
        ("Ben@Example.org", "ben@example.org"),
        ("shop.example", "news@mail.shop.example"),
        ("news.shop.example", "news@shop.example"),
        ("bank.example", ""),
        ("", "ben@example.org"),
        ("Meeting at 9.30", "ben@example.org"),
    ],
)
def test_a_name_that_agrees_or_shows_none_does_not(name: str, address: str):
    assert Sender(name=name, address=address).misleads == ""


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        (Sender(name="Ben", address="ben@example.org"), "Ben"),
        (Sender(name="", address="ben@example.org"), "ben@example.org"),
        (Sender(name="", address=""), "(no sender)"),
    ],
)
def test_a_list_always_has_something_to_show(sender: Sender, shown: str):
    assert sender.shown == shown


def test_an_encoded_name_cannot_pretend_to_be_the_address():
    field = b"=?utf-8?q?service=40bank=2Eexample_=3Cservice=40bank=2Eexample=3E?= <x@evil.example>"

    [sender] = read_addresses(field)

    assert sender.address == "x@evil.example"
    assert sender.misleads == "service@bank.example"


def test_several_addresses_are_told_apart_before_names_are_decoded():
    field = b'=?utf-8?q?A=2C_B?= <a@example.org>, "C, D" <c@example.org>,\r\n e@example.org'

    assert read_addresses(field) == (
        Sender(name="A, B", address="a@example.org"),
        Sender(name="C, D", address="c@example.org"),
        Sender(name="", address="e@example.org"),
    )


@pytest.mark.parametrize(
    "field", [b"", b"   ", b"\xff\xfe", b"(" * 40_000, b"<" * 40_000, b"a@b," * 40_000]
)
def test_no_field_is_too_odd(field: bytes):
    assert len(read_addresses(field)) <= ADDRESSES
