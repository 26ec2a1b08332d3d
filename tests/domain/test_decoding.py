"""Bytes as text, whatever charset they claim."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailboxadmin.domain.decoding import as_text, field_as_text


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (b"plain", None, "plain"),
        ("Größe – 大".encode(), None, "Größe – 大"),
        ("Größe".encode("latin-1"), "iso-8859-1", "Größe"),
        ("Спасибо".encode("koi8-r"), "KOI8-R", "Спасибо"),
        ("会議".encode("iso-2022-jp"), "iso-2022-jp", "会議"),
        # The claim is wrong.
        ("Größe".encode("latin-1"), "utf-8", "Größe"),
        ("Größe".encode(), "us-ascii", "Größe"),
        ("“Quoted” €".encode("cp1252"), None, "“Quoted” €"),
        (b"eight bits", "utf-16", "eight bits"),
        ("wide 大".encode("utf-16"), "utf-16", "wide 大"),
        # The claim is right, and one byte is damaged.
        ("Größe".encode() + b" \xff", "utf-8", "Größe \ufffd"),
        # No charset, or none that mail may have.
        (b"caf\xe9", "x-no-such-charset", "café"),
        (b"caf\xe9", "rot13", "café"),
        (b"caf\xe9", "zlib", "café"),
        (b"\\u0041", "unicode-escape", "\\u0041"),
        (b"plain", "utf-8\x00", "plain"),
        (b"plain", "é", "plain"),
        (b"plain", "x" * 5000, "plain"),
    ],
)
def test_bytes_read_as_they_were_meant(data: bytes, charset: str | None, text: str):
    assert as_text(data, charset) == text


def test_half_a_letter_at_a_cut_is_dropped():
    data = "Grüße 大".encode()[:-1]

    assert as_text(data, "utf-8", cut=True) == "Grüße "
    assert as_text(data, "utf-8") == "Grüße \ufffd"


@pytest.mark.parametrize("charset", ["punycode", "idna", "utf-7", "utf-8", "hz", "iso-2022-kr"])
def test_no_charset_takes_more_than_its_share_of_time(charset: str):
    data = b"a-" * 500_000

    began = time.process_time()
    as_text(data, charset)

    assert time.process_time() - began < 5


@given(st.binary(max_size=200), st.sampled_from(["utf-7", "utf-16", "utf-32", "hz", "big5", ""]))
def test_any_bytes_become_text_that_can_be_stored(data: bytes, charset: str):
    text = as_text(data, charset, cut=True)

    assert text.encode("utf-8").decode("utf-8") == text


def test_a_field_is_on_one_line():
    assert field_as_text(b"=?utf-8?Q?one=0D=0ABcc:_two?=\x00 three\t") == "one Bcc: two  three"
