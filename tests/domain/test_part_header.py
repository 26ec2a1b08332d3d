"""What the header of a part says of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailboxadmin.domain.part_header import NAME_CHARS, PartHeader, part_header

NAMED = b"Content-Type: application/pdf; name="


def test_all_that_a_header_can_say():
    header = part_header(
        b"Content-Type: Text/Plain; Charset=UTF-8; name=other.txt\r\n"
        b"Content-Transfer-Encoding: Base64 \r\n"
        b'Content-Disposition: ATTACHMENT;\r\n\tfilename="minutes.txt"\r\n'
    )

    assert header == PartHeader(
        media_type="text/plain",
        charset="UTF-8",
        boundary=b"",
        encoding="base64",
        detached=True,
        name="minutes.txt",
    )


def test_a_header_that_says_nothing_is_plain_text():
    assert part_header(b"Subject: hello\r\n") == PartHeader("text/plain", "", b"", "", False, "")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (b'"a.pdf"', "a.pdf"),
        (b"a b.pdf", "a b.pdf"),
        (b'"=?utf-8?Q?=C3=9Cbersicht.pdf?="', "Übersicht.pdf"),
        ('"Übersicht.pdf"'.encode(), "Übersicht.pdf"),
        ('"Übersicht.pdf"'.encode("latin-1"), "Übersicht.pdf"),
        (b'"two\r\n lines.pdf"', "two lines.pdf"),
        (b'"a\\"b.pdf"', 'a"b.pdf'),
        ('"invoice\u202efdp.exe"'.encode(), "invoicefdp.exe"),
        (b'"bell\x07.pdf"', "bell .pdf"),
        (b'"' + b"x" * 1000 + b'"', "x" * NAME_CHARS),
        (b"", ""),
        (b";;;=;*=;*0*=x;=", ""),
    ],
)
def test_a_name_reads_as_it_was_meant(value: bytes, name: str):
    assert part_header(NAMED + value).name == name


def test_a_name_in_continuations_is_one():
    header = b"Content-Disposition: attachment;\r\n filename*0*=utf-8''%C3%9C;\r\n filename*1=b.pdf"

    assert part_header(header).name == "Üb.pdf"


def test_parameters_that_contradict_each_other_are_none():
    header = part_header(b"Content-Type: application/pdf; name*0=a; name*=b")

    assert (header.media_type, header.name) == ("application/pdf", "")


@pytest.mark.parametrize("kind", [b"text", b"plain; charset=utf-8", b"", b"a/b/c", b"\xff/\xff"])
def test_a_type_that_is_none_is_plain_text(kind: bytes):
    assert part_header(b"Content-Type: " + kind, "message/rfc822").media_type == "text/plain"


def test_the_first_of_two_fields_holds():
    header = b"Content-Type: text/html\r\nContent-Type: text/plain\r\n"

    assert part_header(header).media_type == "text/html"


@given(st.binary(max_size=300))
def test_any_bytes_are_read(value: bytes):
    header = part_header(b"Content-Type: " + value + b"\r\nContent-Disposition: " + value)

    assert header.name.encode("utf-8").decode() == header.name
    assert not any(ord(char) < 32 for char in header.name)
