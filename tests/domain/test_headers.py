"""What a list shows of a message, from bytes that may be anything."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mailboxadmin.domain.headers import (
    _PLAIN,
    KEPT_CHARS,
    _fields,
    _plain_fields,
    read_headers,
)
from mailboxadmin.domain.message import Headers
from tests.support import mails
from tests.support.odd_mails import odd


def headers(*lines: bytes) -> Headers:
    return read_headers(b"\r\n".join([*lines, b"", b"Hello\r\n"]))


def test_a_plain_message_is_read():
    read = headers(
        b"Message-ID: <1@example.org>",
        b"Date: Mon, 2 Mar 2026 10:00:00 +0100",
        b"From: Ann Baker <ann@example.org>",
        b"To: office@example.org",
        b"Subject: Minutes of Monday",
    )

    assert read == Headers(
        message_id="<1@example.org>",
        subject="Minutes of Monday",
        sender="Ann Baker <ann@example.org>",
        recipients="office@example.org",
        sent_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        problem=None,
    )


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"Subject: =?utf-8?Q?Gr=C3=B6=C3=9Fe?=", "Größe"),
        (b"Subject: =?utf-8?B?5Lya6K2w?= =?utf-8?B?44Gu6K2w5LqL6Yyy?=", "会議の議事録"),
        (b"Subject: =?koi8-r?B?79TexdQ=?= 3", "Отчет 3"),
        (b"Subject: =?x-no-such-charset?Q?caf=E9?=", "café"),
        ("Subject: Größe – 大".encode(), "Größe – 大"),
        ("Subject: Größe".encode("latin-1"), "Größe"),
        (b"Subject: folded\r\n over two lines", "folded over two lines"),
        (b"Subject: first\r\nSubject: second", "first"),
        (b"subject:no space, small letters", "no space, small letters"),
        (b"Subject:", ""),
        ("Subject: 大 =?utf-8?Q?=C3=A4?= C:\\users".encode(), "大 ä C:\\users"),
        (b"Subject: =?utf-8?Q?one?==?utf-8?Q?_two?=", "one two"),
        (b"Subject: =?utf-8?Q?=E4=BC?= =?utf-8?Q?=9A?=", "会"),
    ],
)
def test_a_subject_reads_as_it_was_meant(raw: bytes, subject: str):
    assert headers(raw).subject == subject


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: bell\x07 escape\x1b[31m nul\x00 end",
        b"Subject: =?utf-8?Q?one=0D=0ABcc:_two=0D=0A?=",
        "Subject: line\u2028separator".encode(),
    ],
)
def test_control_characters_and_line_breaks_are_taken_out(raw: bytes):
    subject = headers(raw).subject

    assert subject
    assert subject.isprintable()


def test_half_a_letter_that_no_database_could_store_is_replaced():
    assert headers(b"Subject: =?utf-7?Q?half+2AA-letter?=").subject == "half?letter"


@pytest.mark.parametrize(
    "date", [b"never", b"Thu, 99 Foo 2024 25:61:61 +9999", b"Mon, 1 Jan 9999 00:00:00 +2359", b""]
)
def test_an_impossible_date_is_none_and_no_problem(date: bytes):
    read = headers(b"Date: " + date, b"Subject: hello")

    assert (read.sent_at, read.problem) == (None, None)


def test_a_date_without_a_zone_is_taken_for_utc():
    read = headers(b"Date: Mon, 2 Mar 2026 10:00:00 -0000")

    assert read.sent_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "words"),
    [(b"", "empty"), (b"\r\n", "no header"), (b"\r\nThe body starts at once.\r\n", "no header")],
)
def test_what_is_no_mail_is_named(raw: bytes, words: str):
    problem = read_headers(raw).problem

    assert problem is not None
    assert words in problem


def test_only_the_header_is_looked_at():
    read = read_headers(b"Subject: above\r\n\r\nMessage-ID: <below@example.org>\r\n")

    assert (read.subject, read.message_id) == ("above", None)


def test_a_message_id_that_is_none_is_none():
    assert headers(b"Message-ID: not an id").message_id is None
    assert headers(b"Message-ID: <" + b"i" * 5000 + b"@example.org>").message_id is None


@pytest.mark.parametrize("raw", [pytest.param(raw, id=name) for name, raw in odd().items()])
def test_odd_mail_is_read_quickly_and_bounded(raw: bytes):
    began = time.thread_time()
    read = read_headers(raw)
    seconds = time.thread_time() - began

    texts = (read.subject, read.sender, read.recipients)
    assert all(len(text) <= KEPT_CHARS for text in texts)
    assert all(text.encode() or True for text in texts)
    assert seconds < 10


@given(st.binary(max_size=400))
def test_any_bytes_are_read(raw: bytes):
    read = read_headers(raw)

    assert all(each.isprintable() for each in (read.subject, read.sender, read.recipients))


@given(st.text(max_size=60), st.sampled_from(["utf-8", "utf-16", "utf-7", "iso-2022-jp", "rot13"]))
def test_any_encoded_word_is_read_and_can_be_stored(text: str, charset: str):
    word = f"=?{charset}?Q?{text}?="

    subject = headers(f"Subject: {word}".encode("utf-8", "surrogatepass")).subject

    assert subject.encode("utf-8").decode() == subject


def test_realistic_mail_has_no_problem():
    read = [read_headers(raw) for raw in mails.generate(100)]

    assert [each.problem for each in read] == [None] * 100
    assert [each.message_id for each in read] == [mails.message_id(n) for n in range(100)]
    assert all(each.sent_at and each.subject and each.sender for each in read)


@given(
    st.lists(
        st.tuples(
            st.sampled_from((b"Subject", b"FROM", b"to", b"Date", b"Message-ID", b"X-Other")),
            st.lists(
                st.binary(max_size=30).map(lambda raw: raw.translate(None, b"\r\n")),
                min_size=1,
                max_size=3,
            ),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_header_that_breaks_no_rule_reads_as_the_library_reads_it(
    fields: list[tuple[bytes, list[bytes]]],
):
    lines = [name + b":" + b"\r\n ".join(parts) + b"\r\n" for name, parts in fields]
    head = b"".join(lines) + b"\r\n"
    assume(_PLAIN.fullmatch(head))
    shown = {name.lower().decode() for name, _ in fields} - {"x-other"}

    read = {name: value for name, value in _fields(head).items() if name in shown}

    assert _plain_fields(head) == read
