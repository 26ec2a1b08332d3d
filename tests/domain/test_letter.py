"""Who wrote to whom, from a header as it came."""

from datetime import UTC, datetime

import pytest

from mailboxadmin.domain.headers import HEADER_BYTES
from mailboxadmin.domain.letter import Pictures, Stored, Wholeness, read_head
from mailboxadmin.domain.sender import Sender

BEN = Sender(name="Ben", address="ben@example.org")
STORED = Stored(
    id=1,
    mailbox_id=1,
    folder="INBOX",
    subject="Oak",
    sender="Ben as the list has him",
    sent_at=None,
    arrived_at=datetime(2026, 3, 2, tzinfo=UTC),
    size=1,
    seen=True,
    flagged=False,
    removed_at=None,
    pending=False,
    thread_id=None,
    wholeness=Wholeness.WHOLE,
    problem=None,
    text="",
    attachments=(),
    pictures=Pictures.ASK,
)


def test_names_of_fields_have_no_case_and_values_may_be_folded():
    raw = b"FROM: Ben\r\n <ben@example.org>\r\nto: a@example.org,\r\n\tc@example.org\r\n\r\nHi"

    head = read_head(raw, STORED)

    assert head.sender == BEN
    assert [each.address for each in head.to] == ["a@example.org", "c@example.org"]
    assert head.cc == head.others == head.reply_to == ()


def test_lines_may_end_without_a_carriage_return():
    head = read_head(b"From: Ben <ben@example.org>\nCc: a@example.org\n\nHi", STORED)

    assert head.sender == BEN
    assert [each.address for each in head.cc] == ["a@example.org"]


def test_the_first_of_two_fields_holds():
    head = read_head(b"From: Ben <ben@example.org>\r\nFrom: x@evil.example\r\n\r\n", STORED)

    assert head.sender == BEN


def test_what_stands_in_the_text_is_no_header():
    head = read_head(b"From: Ben <ben@example.org>\r\n\r\nCc: x@evil.example\r\n", STORED)

    assert head.cc == ()


def test_without_a_header_the_sender_is_the_one_of_the_list():
    head = read_head(b"", STORED)

    assert head.sender == Sender(name="Ben as the list has him", address="")


@pytest.mark.parametrize(
    ("reply_to", "shown"),
    [("ben@example.org", []), ("BEN@example.org", []), ("x@evil.example", ["x@evil.example"])],
)
def test_where_an_answer_goes_is_said_when_it_is_somebody_else(reply_to: str, shown: list[str]):
    raw = f"From: Ben <ben@example.org>\r\nReply-To: {reply_to}\r\n\r\n".encode()

    assert [each.address for each in read_head(raw, STORED).reply_to] == shown


def test_further_senders_are_not_hidden():
    head = read_head(b"From: Ben <ben@example.org>, x@evil.example\r\n\r\n", STORED)

    assert [each.address for each in head.others] == ["x@evil.example"]


def test_a_header_without_end_is_read_so_far():
    head = read_head(b"From: Ben <ben@example.org>\r\n" + b"X: y\r\n" * HEADER_BYTES, STORED)

    assert head.sender == BEN
