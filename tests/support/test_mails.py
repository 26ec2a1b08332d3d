import email
import email.policy

import pytest

from tests.support import mails
from tests.support.odd_mails import odd


def test_the_same_seed_gives_the_same_messages_and_another_seed_others():
    first = list(mails.generate(30, seed=4))

    assert first == list(mails.generate(30, seed=4))
    assert first[29] == mails.message(29, seed=4)
    assert set(first).isdisjoint(mails.generate(30, seed=5))


def test_messages_are_well_formed():
    for number, raw in enumerate(mails.generate(200)):
        parsed = email.message_from_bytes(raw, policy=email.policy.default)

        assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")
        assert parsed["Message-ID"] == mails.message_id(number)
        assert not [defect for part in parsed.walk() for defect in part.defects]
        assert not [defect for header in parsed.values() for defect in header.defects]


def test_the_mix_is_that_of_an_office():
    sample = list(mails.generate(1500))
    parsed = [email.message_from_bytes(raw) for raw in sample]

    assert 24_000 < sum(map(len, sample)) / len(sample) < 30_000
    assert {mail.get_content_type() for mail in parsed} == {
        "text/plain",
        "multipart/alternative",
        "multipart/mixed",
    }
    assert 0.2 < sum("References" in mail for mail in parsed) / len(parsed) < 0.4
    charsets = {part.get_content_charset() for mail in parsed for part in mail.walk()}
    assert {"utf-8", "iso-8859-1", "windows-1252", "koi8-r", "iso-2022-jp"} <= charsets


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("nul bytes", b"\x00"),
        ("nested parentheses in From", b"(" * 800),
        ("8-bit headers in latin-1", b"Gr\xf6\xdfe"),
        ("only cr line ends", b"\r"),
    ],
)
def test_odd_messages_have_what_their_name_says(name, sign):
    assert sign in odd()[name]


def test_odd_messages_cover_the_extremes():
    messages = odd()

    assert messages["empty message"] == b""
    assert len(messages["header of 2 MB"]) > 2_000_000
    assert b"\r" not in messages["only lf line ends"]
    assert len(set(messages.values())) == len(messages)
