"""The short way to read FETCH says what the libraries say, whatever the server sends."""

import imaplib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailboxadmin.imap.answers import LARGEST_UID, Answer
from mailboxadmin.imap.connection import Hangup
from mailboxadmin.imap.plain import Intake
from mailboxadmin.imap.question import Question
from mailboxadmin.imap.wire import Wire
from tests.imap.recording import Recording, recorded


class LongWay(Wire):
    """Every line goes through the libraries."""

    def take_in(self) -> list[Answer]:
        return []


def read(kind: type[Wire], answer: bytes) -> tuple[object, object]:
    """What a strict and a lenient reader get of an answer."""
    asked: object
    try:
        asked = question(kind, answer).asked()
    except (ValueError, Hangup, imaplib.IMAP4.error) as fault:
        asked = type(fault)
    lenient = question(kind, answer)
    try:
        lenient.ask()
    except (ValueError, Hangup, imaplib.IMAP4.error):
        return asked, list(lenient.readable())
    return asked, list(lenient.readable())


def question(kind: type[Wire], answer: bytes) -> Question:
    return Question(recorded(answer, kind), "1:*", "(x)")


def literal(data: bytes) -> bytes:
    return b"{%d}\r\n%s" % (len(data), data)


numbers = st.one_of(
    st.integers(0, 5),
    st.sampled_from([2**32 - 1, 2**32, 2**63 - 1, 2**63, 10**18, 10**19, 10**30]),
).map(b"%d".__mod__)
odd_words = st.sampled_from([b"NIL", b"007", b'"x"', b"(x)", b"x", b"-1", b""])
flags = st.lists(
    st.sampled_from([rb"\Seen", rb"\SEEN", rb"\Recent", b"$Junk", b"NIL", b"12", b"a]", b"\xff"])
    | st.sampled_from([b'"quoted"', b"[x]", b"a%b", b"{3}", b"~", b"a=b", b"*", b"a b", b"", b"\\"])
    | st.binary(min_size=1, max_size=4).filter(lambda raw: not set(raw) & set(b"\r\n")),
    max_size=4,
).map(lambda names: b"(%s)" % b" ".join(names))
dates = st.builds(
    b'"%s-%s-%s %s %s"'.__mod__,
    st.tuples(
        st.sampled_from([b"17", b" 7", b"07", b"7", b"31", b"30", b"00"]),
        st.sampled_from([b"Jul", b"Feb", b"JUL", b"Foo"]),
        st.sampled_from([b"2026", b"1000", b"2999", b"0001", b"9999", b"26"]),
        st.sampled_from([b"02:44:25", b"23:59:60", b"24:00:00", b"23:59:59", b"00:00:00", b"1:2"]),
        st.sampled_from([b"+0000", b"-0000", b"+0530", b"-1145", b"+2359", b"+2400", b"+0099"]),
    ),
)
sections = st.sampled_from([b"BODY[]", b"BODY[]<0>", b"BODY[]<77>", b"BODY[TEXT]", b"body[]"])
bodies = st.one_of(
    st.binary(max_size=9).map(literal),
    st.sampled_from([b"NIL", b'""', b'"text"', b"12", b"{999999}\r\nshort", b"{0}\r\n"]),
)
items = st.one_of(
    st.builds(b"UID %s".__mod__, numbers | odd_words),
    st.builds(b"UID %d".__mod__, st.integers(1, 9)),
    st.builds(b"FLAGS %s".__mod__, flags | odd_words),
    st.builds(b"RFC822.SIZE %s".__mod__, numbers | odd_words),
    st.builds(b"MODSEQ (%s)".__mod__, numbers | odd_words),
    st.builds(b"INTERNALDATE %s".__mod__, dates | odd_words),
    st.builds(b"%s %s".__mod__, st.tuples(sections, bodies)),
    st.sampled_from([b"X-GM-LABELS (x)", b"ENVELOPE NIL", b"flags ()", b"", b"X " + literal(b"y")]),
)
fetch_lines = st.builds(
    lambda number, said, space, end: b"* %d FETCH (%s%s" % (number, space.join(said), end),
    st.integers(0, 9),
    st.lists(items, max_size=5),
    st.sampled_from([b" "] * 9 + [b"  "]),
    st.sampled_from([b")\r\n"] * 9 + [b" )\r\n", b"\r\n", b"))\r\n", b")x\r\n", b")\n"]),
)
plain_lines = st.builds(
    lambda said, body: b"* 1 FETCH (%s)\r\n" % b" ".join([*said, *body]),
    st.permutations([b"UID 3", rb"FLAGS (\Seen)", b'INTERNALDATE "17-Jul-2026 02:44:25 +0000"']),
    st.lists(st.builds(lambda raw: b"BODY[] " + literal(raw), st.binary(max_size=9)), max_size=1),
)
other_lines = st.sampled_from(
    [b"* 1 EXPUNGE\r\n", b"* 5 EXISTS\r\n", b"* OK [X] y\r\n", b"* SEARCH 1\r\n", b"garbage\r\n"]
)


@given(st.lists(fetch_lines | plain_lines | other_lines, max_size=4).map(b"".join))
@example(b"* 1 FETCH (BODY[] {1}\r\nx FLAGS () UID 7 FLAGS (\\Seen))\r\n")
@example(b"* 1 FETCH (UID 7 BODY[] {1}\r\nx BODY[TEXT] {1}\r\ny)\r\n* 2 FETCH (UID 8 FLAGS ())\r\n")
@example(b"* 1 FETCH (UID 7 FLAGS ())\r\n* 1 FETCH (UID 7 FLAGS ($x) ENVELOPE NIL)\r\n")
def test_both_ways_of_reading_agree(answer):
    assert read(Wire, answer) == read(LongWay, answer)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"(UID 9 RFC822.SIZE 4711)", Answer(9, size=4711)),
        (b"(RFC822.SIZE 4711 UID 9)", Answer(9, size=4711)),
        (b"(UID 4294967295 FLAGS ())", Answer(LARGEST_UID, flags=frozenset())),
        (
            rb"(FLAGS (\seen \Recent $X) MODSEQ (9223372036854775807) UID 9)",
            Answer(9, flags=frozenset({"\\Seen", "$X"}), modseq=2**63 - 1),
        ),
        (b"(UID 9 FLAGS () MODSEQ (9223372036854775808))", Answer(9, flags=frozenset())),
        (b"(UID 9 BODY[] {3}\r\nx\r\n)", Answer(9, section=b"BODY[]", body=b"x\r\n")),
        (
            b"(BODY[]<50> {0}\r\n FLAGS () UID 9)",
            Answer(9, flags=frozenset(), section=b"BODY[]<50>", body=b""),
        ),
    ],
)
def test_the_common_lines_are_read_the_short_way(line, said):
    connection = Recording(b"* 3 FETCH " + line + b"\r\n")
    connection.send(b"A FETCH")
    intake = Intake(connection)

    assert connection.read_line() == b"* OK ready\r\n"
    assert intake.other_line() == b"A OK done\r\n"
    assert intake.answers == [said]


@pytest.mark.parametrize("line", [b"(FLAGS ())", b"(UID 4294967296 FLAGS ())", b"()"])
def test_a_line_without_a_uid_is_about_no_message(line):
    assert read(Wire, b"* 3 FETCH " + line + b"\r\n") == ([], [])
