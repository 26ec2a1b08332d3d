"""What is in a message: its text, a preview, what is enclosed; from bytes that may be anything."""

import base64
import email
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailboxadmin.domain.contents import TEXT_CHARS, Attachment, Contents, read_contents
from mailboxadmin.domain.headers import read_headers
from mailboxadmin.domain.parts import TOO_MANY
from tests.support import mails
from tests.support.horrors import HORRORS, TEXT
from tests.support.odd_mails import odd

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
#: Of CPU: what a message may cost at most.
SECONDS = 5
#: What reading may take beside the message itself.
SPARE_BYTES = 64 * 1024 * 1024
#: Too large for every run, and for any memory; see tests/services/new_mail/test_huge_messages.py.
HUGE = {"a_gigabyte"}
LARGE = {"a_hundred_megabytes", "a_hundred_megabytes_of_text", "five_million_lines_like_boundaries"}


def message(*parts: str, kind: str = "mixed") -> bytes:
    body = "".join(f"--b\r\n{part}\r\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary=b\r\n\r\n{body}--b--\r\n".encode()


def single(header: str, body: bytes) -> bytes:
    return header.encode() + b"\r\n\r\n" + body


PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\nGrüße"
HTML = "Content-Type: text/html; charset=utf-8\r\n\r\n<p>Grüße <b>in bold</b></p>"
BASE64 = "Content-Transfer-Encoding: base64"
PDF = f"Content-Type: application/pdf; name=a.pdf\r\n{BASE64}\r\n\r\n" + "QUJD\r\n" * 10 + "QQ=="


def test_a_plain_message():
    assert read_contents(b"Subject: hello\r\n\r\nDear Ann,\r\n\r\nyes.\r\n") == Contents(
        preview="Dear Ann, yes.", body_text="Dear Ann,\n\nyes.", attachments=(), problem=None
    )


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (message(PLAIN, HTML, kind="alternative"), "Grüße"),
        (message(HTML, kind="related"), "Grüße in bold"),
        # The plain text is empty, as newsletters have it.
        (
            message("Content-Type: text/plain\r\n\r\n \r\n", HTML, kind="alternative"),
            "Grüße in bold",
        ),
        (message(PLAIN, PDF, PLAIN), "Grüße\n\nGrüße"),
        (single("Content-Transfer-Encoding: quoted-printable", b"Gr=C3=BC=\r\n=C3=9Fe"), "Grüße"),
        (single(BASE64, base64.b64encode("Grüße".encode())), "Grüße"),
        # Damaged, as far as it goes.
        (single(BASE64, b"R3LDvMOfZQ"), "Grüße"),
        (single(BASE64, b"R3LD*vMOf!ZQ==\r\n"), "Grüße"),
        (single(BASE64, b"R3LDvMOfZ"), "Grüß"),
        (single("Content-Transfer-Encoding: x-none", b"Gr\xfc\xdfe"), "Grüße"),
        (single("Content-Type: text/plain; charset=koi8-r", b"\xf3\xd0"), "Сп"),
        (
            single("Content-Type: text/plain; name=a.txt", b"its name changes nothing"),
            "its name changes nothing",
        ),
        (b"Subject: old mac\r\rHello\r", "Hello"),
    ],
)
def test_the_text_is_what_one_would_read(raw: bytes, text: str):
    read = read_contents(raw)

    assert (read.body_text, read.problem) == (text, None)


def test_what_is_enclosed_is_listed_with_its_size():
    attached = "Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nnot the text"
    named = "Content-Type: text/html; name=page.html\r\n\r\n<p>"
    quoted = "Content-Type: text/csv\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41=42"

    read = read_contents(message(PLAIN, PDF, attached, named, quoted))

    assert read.body_text == "Grüße"
    assert read.attachments == (
        Attachment(name="a.pdf", media_type="application/pdf", size=31, part=2),
        Attachment(name="", media_type="text/plain", size=12, part=3),
        Attachment(name="page.html", media_type="text/html", size=3, part=4),
        Attachment(name="", media_type="text/csv", size=2, part=5),
    )


def test_a_forwarded_message_is_one_attachment():
    forwarded = "Content-Type: message/rfc822\r\n\r\n" + message(PLAIN, PDF).decode().replace(
        "b", "c"
    )

    read = read_contents(message(PLAIN, forwarded))

    assert [(each.media_type, each.part) for each in read.attachments] == [("message/rfc822", 2)]


def test_a_message_that_is_a_file_has_no_text():
    read = read_contents(single("Content-Type: image/png; name=photo.png", b"\x89PNG"))

    assert (read.preview, read.body_text) == ("", "")
    assert [each.name for each in read.attachments] == ["photo.png"]


def test_a_long_text_is_cut_between_letters():
    raw = single("Content-Type: text/plain; charset=utf-8", "ü".encode() * TEXT_CHARS * 2)

    text = read_contents(raw).body_text

    assert set(text) == {"ü"}
    assert len(text) <= TEXT_CHARS


def test_realistic_mail_reads_as_the_library_reads_it():
    for raw in mails.generate(60):
        whole = email.message_from_bytes(raw)
        parts = [part for part in whole.walk() if not part.is_multipart()]
        files = [part for part in parts if part.get_filename()]
        plain = next(part for part in parts if part.get_content_type() == "text/plain")
        text = plain.get_payload(decode=True).decode(plain.get_content_charset())

        read = read_contents(raw)

        assert read.body_text.split() == text.split()
        assert read.problem is None
        assert [(each.name, each.size) for each in read.attachments] == [
            (part.get_filename(), len(part.get_payload(decode=True))) for part in files
        ]


def bounded(raw: bytes) -> Contents:
    """Read all of a message, within the time and the memory that one may cost."""
    began = time.process_time()
    read_headers(raw)
    read = read_contents(raw)
    seconds = time.process_time() - began
    tracemalloc.start()
    read_contents(raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < SECONDS
    assert peak < SPARE_BYTES + 2 * len(raw)
    storable = [read.preview, read.body_text, *(each.name for each in read.attachments)]
    assert all(text.encode("utf-8") is not None for text in storable)
    assert "\n" not in read.preview
    return read


#: What each horror still shows.
SHOWN = {
    "ten_thousand_parts": (TEXT.decode(), 999, TOO_MANY),
    "two_thousand_nested_multiparts": (TEXT.decode(), 0, None),
    "two_thousand_multiparts_of_one_boundary": (TEXT.decode(), 0, None),
    "twenty_thousand_encoded_words": (TEXT.decode(), 1, None),
    "a_hundred_thousand_addresses": (TEXT.decode(), 0, None),
    "a_hundred_thousand_parameters": (TEXT.decode(), 0, None),
    "nul_bytes": (TEXT.decode(), 0, None),
    "no_header": (TEXT.decode(), 0, None),
    "no_blank_line": (TEXT.decode(), 0, None),
    "empty": ("", 0, None),
    "wrong_charset": (TEXT.decode() + "Größe", 0, None),
    "invalid_dates": (TEXT.decode(), 0, None),
    "attachments_of_25_megabytes": (TEXT.decode(), 1, None),
}


@pytest.mark.parametrize("name", sorted(set(HORRORS) - LARGE - HUGE))
def test_a_horror_is_read_within_bounds(name: str):
    read = bounded(HORRORS[name]())

    if name in SHOWN:
        assert (read.preview, len(read.attachments), read.problem) == SHOWN[name]


@pytest.mark.soak
@pytest.mark.parametrize("name", sorted(LARGE))
def test_a_large_horror_is_read_within_bounds(name: str):
    assert bounded(HORRORS[name]()).preview.startswith(TEXT.decode())


@pytest.mark.parametrize("raw", [pytest.param(raw, id=name) for name, raw in odd().items()])
def test_odd_mail_is_read_within_bounds(raw: bytes):
    bounded(raw)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the collection of odd mail is not here")
def test_mail_that_others_collected_is_read_without_a_problem():
    problems = {path.name: bounded(path.read_bytes()).problem for path in CORPUS.rglob("*.eml")}

    assert len(problems) > 100
    assert set(problems.values()) == {None}


@given(st.binary(max_size=500))
def test_any_bytes_are_read(body: bytes):
    for raw in (body, message().replace(b"--b--", b"--b\r\n" + body), single(BASE64, body)):
        read = read_contents(raw)

        assert read.body_text.encode("utf-8").decode() == read.body_text
