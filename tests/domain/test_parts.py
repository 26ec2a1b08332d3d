"""Where the parts of a message lie, however it is nested or broken."""

import email

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailboxadmin.domain import parts as module
from mailboxadmin.domain.parts import PARTS, UNPARTED, read_parts
from tests.support import mails


def bodies(raw: bytes) -> list[bytes]:
    return [raw[part.start : part.end] for part in read_parts(raw).parts]


def multipart(boundary: str, *parts: str, subtype: str = "mixed", close: bool = True) -> str:
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    end = f"--{boundary}--\r\n" if close else ""
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n{body}{end}'


def text(body: str) -> str:
    return f"Content-Type: text/plain\r\n\r\n{body}"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Subject: one part\r\n\r\nHello\r\n", ["Hello\r\n"]),
        (multipart("b", text("one"), text("two")), ["one", "two"]),
        (multipart("b", text("one"), text("two"), close=False), ["one", "two\r\n"]),
        (multipart("b", "\r\nno header"), ["no header"]),
        (multipart("b", "X-Only: a header"), [""]),
        (multipart("b", ""), [""]),
        (multipart("b", "no header at all"), [""]),
        (multipart("b", text("one")).replace("\r\n", "\n"), ["one"]),
        (multipart("b", text("one")).replace("--b\r", "--b \t\r"), ["one"]),
        (multipart("b--", text("one")), ["one"]),
        # A boundary that begins like another.
        (
            multipart("b", multipart("bb", text("in"), text("too")), text("out")),
            ["in", "too", "out"],
        ),
        # The inner one is not closed; the outer one ends it.
        (multipart("a", multipart("b", text("in"), close=False), text("out")), ["in\r\n", "out"]),
        # Behind the last, and before the first, nothing is read.
        (multipart("b", text("one")) + "behind\r\n--x\r\n", ["one"]),
        (multipart("b", text("one")).replace("--b", "before\r\n--b", 1), ["one"]),
        # Lines that are no boundaries.
        (
            multipart("b", text("--\r\n-- \r\n--c\r\n--bb\r\n-b")),
            ["--\r\n-- \r\n--c\r\n--bb\r\n-b"],
        ),
    ],
)
def test_each_part_has_its_bytes(raw: str, expected: list[str]):
    assert bodies(raw.encode()) == [each.encode() for each in expected]


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"", b""),
        (b"\r\nno header", b"no header"),
        (b"\nno header", b"no header"),
        (b"no header: at all, it seems\r\n\r\nmore", b"no header: at all, it seems\r\n\r\nmore"),
        (b"From: ann\r\nno field\r\nmore", b"no field\r\nmore"),
        (b"From: ann\r\n folded\r\nSubject: cut", b""),
        (b"From ann Mon Jan  8 08:00:00 2024\r\nFrom: ann\r\n\r\nmbox", b"mbox"),
        (b"From: ann\n\nlf\r\n\r\nmore", b"lf\r\n\r\nmore"),
        (b"From: ann\r\n\r\ncrlf\n\nmore", b"crlf\n\nmore"),
    ],
)
def test_the_body_begins_where_the_header_ends(raw: bytes, body: bytes):
    assert bodies(raw) == [body]


@pytest.mark.parametrize(
    "raw",
    [
        "Content-Type: multipart/mixed\r\n\r\nHello\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\nHello\r\n",
        "Content-Type: multipart/mixed; boundary=\r\n\r\nHello\r\n",
    ],
)
def test_what_has_parts_and_no_boundaries_is_given_whole_and_said(raw: str):
    read = read_parts(raw.encode())

    assert bodies(raw.encode()) == [b"Hello\r\n"]
    assert read.problem == UNPARTED


def test_a_header_alone_is_no_problem():
    read = read_parts(b"Content-Type: multipart/mixed; boundary=b\r\n")

    assert read.problem is None


def test_the_parts_of_a_digest_are_messages():
    raw = multipart("b", "\r\nSubject: one\r\n\r\nHello", subtype="digest").encode()

    [part] = read_parts(raw).parts

    assert part.header.media_type == "message/rfc822"


def test_as_many_parts_as_are_listed_are_no_problem_and_one_more_is():
    several, too_many = (
        read_parts(multipart("b", *[text("x")] * count).encode()) for count in (PARTS, PARTS + 1)
    )

    assert (len(several.parts), several.problem) == (PARTS, None)
    assert (len(too_many.parts), too_many.problem) == (PARTS, module.TOO_MANY)


def test_realistic_mail_is_parted_as_the_library_does():
    for raw in mails.generate(100):
        ours = [(part.header.media_type, part.header.name) for part in read_parts(raw).parts]
        theirs = [
            (each.get_content_type(), each.get_filename(""))
            for each in email.message_from_bytes(raw).walk()
            if not each.is_multipart()
        ]
        assert ours == theirs


#: A tree of multiparts; its leaves are their own text.
TREES = st.recursive(
    st.text("abc \n-", max_size=30).map(lambda body: body.replace("\n", "\r\n")),
    lambda inner: st.lists(inner, min_size=1, max_size=4),
    max_leaves=25,
)


@given(TREES)
def test_any_tree_of_parts_is_read_leaf_by_leaf(tree):
    numbers = iter(range(1000))

    def written(node) -> str:
        if isinstance(node, str):
            return text(node)
        return multipart(f"=_{next(numbers)}_", *map(written, node))

    def leaves(node) -> list[bytes]:
        if isinstance(node, str):
            return [node.encode()]
        return [leaf for inner in node for leaf in leaves(inner)]

    raw = written(tree).encode()

    assert bodies(raw) == leaves(tree)
    assert read_parts(raw).problem is None


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_are_parted_within_themselves(before: bytes, after: bytes):
    raw = before + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" + after + b"\n--b"

    read = read_parts(raw)

    assert [part.number for part in read.parts] == list(range(1, len(read.parts) + 1))
    assert all(0 <= part.start <= part.end <= len(raw) for part in read.parts)
