"""Messages that are too much of something: each could stop a program that trusts its mail.

    @pytest.mark.parametrize("name", HORRORS)
    def test_it_is_stored(name):
        raw = HORRORS[name]()

Made when asked for, because some are large; odd_mails.py has the small ones.
"""

import base64
from collections.abc import Callable

HEAD = b"From: ann@example.org\r\nTo: office@example.org\r\nMessage-ID: <horror@example.org>\r\n"
#: The text of those that have one.
TEXT = b"This is what one should be able to read."
MEGABYTE = 1024 * 1024


def ten_thousand_parts() -> bytes:
    """Beside each other, the text first."""
    files = (b'Content-Type: image/png; name="%d.png"\r\n\r\n%d' % (n, n) for n in range(9_999))
    return _multipart(b"mixed", [b"\r\n" + TEXT, *files])


def two_thousand_nested_multiparts() -> bytes:
    """One in the other, the text innermost; each has a boundary of its own and is closed."""
    message = b"Content-Type: text/plain\r\n\r\n" + TEXT
    depth = 2_000
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(depth)
    )
    closing = b"".join(b"\r\n--b%d--" % n for n in reversed(range(depth)))
    return HEAD + opening + message + closing + b"\r\n"


def two_thousand_multiparts_of_one_boundary() -> bytes:
    """Nested, if one believes the headers; all their boundaries are the same."""
    opening = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 2_000
    return HEAD + opening + b"\r\n" + TEXT + b"\r\n--b--" * 2_000


def twenty_thousand_encoded_words() -> bytes:
    """In a Subject, and a few less in the name of a file."""
    subject = b"\r\n ".join([b"=?utf-8?Q?=C3=A4?="] * 20_000)
    name = b" ".join([b"=?utf-8?Q?=C3=A4?="] * 2_000)
    file = b'Content-Type: application/pdf; name="%s"\r\n\r\n%%PDF' % name
    return b"Subject: %s\r\n" % subject + _multipart(b"mixed", [b"\r\n" + TEXT, file])


def a_hundred_thousand_addresses() -> bytes:
    """In To:, which stands before what tells how to read the body."""
    to = b",\r\n ".join(b'"Person %d" <p%d@example.org>' % (n, n) for n in range(100_000))
    text = base64.encodebytes(TEXT)
    return b"To: %s\r\nContent-Transfer-Encoding: base64\r\n%s\r\n%s" % (to, HEAD, text)


def a_hundred_thousand_parameters() -> bytes:
    """In Content-Type, with quotes that never close."""
    parameters = b"; ".join(b'p%d*%d*="x' % (n, n) for n in range(100_000))
    return b"%sContent-Type: text/plain; %s\r\n\r\n%s" % (HEAD, parameters, TEXT)


def ten_thousand_alternatives_of_html() -> bytes:
    """Each nothing but open tags."""
    pages = [b"Content-Type: text/html\r\n\r\n" + b"<p><!--<a b='" * 100] * 10_000
    return _multipart(b"alternative", pages)


def html_of_megabytes_that_never_closes() -> bytes:
    """What makes a careless search start anew at every character."""
    bombs = (b"<", b"<!--", b"<![CDATA[", b"<a b='", b"</", b"&#", b"<script></", b"<p ", b"<td>")
    pages = [b"Content-Type: text/html\r\n\r\n" + bomb * 60_000 for bomb in bombs]
    return _multipart(b"mixed", pages)


def five_million_lines_like_boundaries() -> bytes:
    """Twenty megabytes of lines that part nothing."""
    return _multipart(b"mixed", [b"\r\n" + TEXT + b"\r\n" + b"--\r\n" * 5_000_000])


def a_million_empty_multiparts() -> bytes:
    """Each begins in the one before and holds nothing."""
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\nContent-Type:multipart/x;boundary=c\n\n" * 1_000_000
    )


def nul_bytes() -> bytes:
    """In the header, in the boundary and in the text."""
    return (
        HEAD
        + b'Subject: n\x00l\r\nContent-Type: text/plain; charset="u\x00f-8"\r\n\r\n\x00'
        + (TEXT.replace(b" ", b"\x00"))
    )


def no_header() -> bytes:
    """The text begins at once."""
    return b"\r\n" + TEXT


def no_blank_line() -> bytes:
    """The text follows the header as if it were one of its fields."""
    return HEAD + TEXT


def empty() -> bytes:
    """Nothing at all."""
    return b""


def wrong_charset() -> bytes:
    """It says UTF-16, and it is Latin-1; the name of its sender is said to be Japanese."""
    header = HEAD.replace(b"ann@", b"=?iso-2022-jp?B?/////w==?= <ann@").replace(
        b"org\r", b"org>\r", 1
    )
    kind = b"Content-Type: text/plain; charset=utf-16\r\n\r\n"
    return header + kind + TEXT + "Größe".encode("latin-1")


def invalid_dates() -> bytes:
    """None of them is a day that ever was."""
    dates = (
        b"Thu, 99 Foo 2024 25:61:61 +9999",
        b"Mon, 1 Jan 0000 00:00:00 +0000",
        b"1e999",
        b"\xff",
    )
    return b"".join(b"Date: %s\r\n" % date for date in dates) + HEAD + b"\r\n" + TEXT


def attachments_of_25_megabytes() -> bytes:
    """As large as mail gets in an office."""
    return _with_files(25 * MEGABYTE)


def a_hundred_megabytes() -> bytes:
    """In one attachment; larger than what any server of an office lets in."""
    return _with_files(100 * MEGABYTE)


def a_gigabyte() -> bytes:
    """In one attachment."""
    return _with_files(1024 * MEGABYTE)


def a_hundred_megabytes_of_text() -> bytes:
    """In one line."""
    return HEAD + b"\r\n" + TEXT + b"x" * (100 * MEGABYTE)


def _with_files(size: int) -> bytes:
    line = base64.encodebytes(bytes(range(57))).replace(b"\n", b"\r\n")
    header = (
        b"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return _multipart(b"mixed", [b"\r\n" + TEXT, header + line * (size // len(line))])


def _multipart(subtype: bytes, parts: list[bytes]) -> bytes:
    body = b"".join(b"--b\r\n%s\r\n" % part for part in parts)
    return b"%sContent-Type: multipart/%s; boundary=b\r\n\r\n%s--b--\r\n" % (HEAD, subtype, body)


_ALL: tuple[Callable[[], bytes], ...] = (
    ten_thousand_parts,
    two_thousand_nested_multiparts,
    two_thousand_multiparts_of_one_boundary,
    twenty_thousand_encoded_words,
    a_hundred_thousand_addresses,
    a_hundred_thousand_parameters,
    ten_thousand_alternatives_of_html,
    html_of_megabytes_that_never_closes,
    five_million_lines_like_boundaries,
    a_million_empty_multiparts,
    nul_bytes,
    no_header,
    no_blank_line,
    empty,
    wrong_charset,
    invalid_dates,
    attachments_of_25_megabytes,
    a_hundred_megabytes,
    a_hundred_megabytes_of_text,
    a_gigabyte,
)
#: What makes each horror, by its name.
HORRORS = {make.__name__: make for make in _ALL}
