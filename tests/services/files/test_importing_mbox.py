"""Messages out of an mbox, whoever wrote it and however."""

import mailbox
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailboxadmin.services.files import mbox, wire_form
from mailboxadmin.services.files.mail_files import Letter, open_source
from mailboxadmin.services.files.wire_form import as_on_the_wire, unescaped
from tests.support import mails
from tests.support.odd_mails import odd

FROM = b"From ann@example.org Mon Jan  8 08:00:00 2024\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.mbox"


def letters(file: Path) -> list[Letter]:
    return list(open_source(file).letters())


def read(file: Path, text: bytes) -> list[bytes]:
    """The messages of an mbox with that content."""
    file.write_bytes(text)
    return [b"".join(letter.pieces()) for letter in open_source(file).letters()]


def mail(subject: bytes, body: bytes = b"Hello\n") -> bytes:
    return b"Subject: %s\n\n%s" % (subject, body)


def on_the_wire(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


def test_what_python_writes_is_read_as_it_was(file: Path):
    box = mailbox.mbox(file)
    raws = list(mails.generate(40))
    for raw in raws:
        box.add(raw.replace(b"\r\n", b"\n"))
    box.close()

    assert read(file, file.read_bytes()) == raws


def test_messages_with_crlf_stay_as_they_are(file: Path):
    raws = [on_the_wire(mail(b"one")), on_the_wire(mail(b"two"))]
    text = b"".join(on_the_wire(FROM) + raw + b"\r\n" for raw in raws)

    assert read(file, text) == raws


def test_an_escaped_line_loses_one_sign(file: Path):
    body = b">From here\n>>From there\n> From nowhere\nand >From\n"

    found = read(file, FROM + mail(b"escapes", body) + b"\n")

    assert found == [
        on_the_wire(mail(b"escapes", b"From here\n>From there\n> From nowhere\nand >From\n"))
    ]


@pytest.mark.parametrize(
    "line",
    [
        b"From here it is an hour.\n",
        b"From Monday on: closed\n",
        b"From: ann@example.org\n",
        b"From 8:00 on Mon we are here in 2024\n",
        b"From " + b"x" * 5000 + b" Mon Jan  8 08:00:00 2024\n",
    ],
)
def test_a_line_of_the_text_is_no_separator(file: Path, line: bytes):
    message = mail(b"talk", b"Hello\n\n" + line + b"Bye: now\n")

    assert read(file, FROM + message + b"\n") == [on_the_wire(message)]


def test_a_date_alone_does_not_make_a_separator(file: Path):
    quoted = b"He wrote:\n" + FROM + b"and no more.\n"

    assert read(file, FROM + mail(b"quote", quoted)) == [on_the_wire(mail(b"quote", quoted))]


@pytest.mark.parametrize(
    "line",
    [
        b"From - Mon Jan 08 08:00:00 2024",
        b"From 1787@xxx Mon Jan 08 08:00:00 +0000 2024",
        b"From ann@example.org  Mon Jan  8 08:00:00 2024 remote from host",
        b"From MAILER-DAEMON Mon, 8 Jan 2024 08:00:00 +0000",
        b"From ann Mon Jan  8 08:00 2024",
    ],
)
def test_separators_of_many_programs_are_known(file: Path, line: bytes):
    text = FROM + mail(b"one") + b"\n" + line + b"\n" + mail(b"two") + b"\n"

    assert read(file, text) == [on_the_wire(mail(b"one")), on_the_wire(mail(b"two"))]


def test_a_file_without_dates_is_parted_by_empty_lines_and_headers(file: Path):
    text = b"From ann\n" + mail(b"one", b"Hello\n\nFrom here\n") + b"\nFrom bob\n" + mail(b"two")

    assert read(file, text) == [
        on_the_wire(mail(b"one", b"Hello\n\nFrom here\n")),
        on_the_wire(mail(b"two")),
    ]


def test_two_files_that_were_joined_without_an_empty_line_are_parted(file: Path):
    assert len(read(file, FROM + mail(b"one") + FROM + mail(b"two"))) == 2


def test_a_length_that_leads_to_a_separator_is_believed(file: Path):
    body = b"Hello\n\n" + FROM + mail(b"quoted") + b">From stays\n"
    noted = b"Subject: cl\nContent-Length: %d\nLines: 9\n\n" % len(body)
    text = FROM + noted + body + b"\n" + FROM + mail(b"next") + b"\n"

    assert read(file, text) == [on_the_wire(mail(b"cl", body)), on_the_wire(mail(b"next"))]


@pytest.mark.parametrize("length", [0, 3, 10_000_000, 40])
def test_a_length_that_leads_nowhere_is_not(file: Path, length: int):
    noted = b"Subject: cl\nContent-Length: %d\n\nHello\n" % length
    text = FROM + noted + b"\n" + FROM + mail(b"next") + b"\n"

    assert read(file, text) == [on_the_wire(mail(b"cl")), on_the_wire(mail(b"next"))]


def test_what_programs_note_is_read_and_left_out(file: Path):
    header = b"Subject: noted\nX-Keywords: a\n  b\nX-UID: 7\n"
    text = FROM + b"Status: RO\nX-Status: AF\n" + header + b"\nStatus: in the text\n"

    (found,) = read(file, text)
    (letter,) = letters(file)

    assert found == b"Subject: noted\r\n\r\nStatus: in the text\r\n"
    assert letter.flags == {"\\Seen", "\\Answered", "\\Flagged"}


def test_what_thunderbird_notes_is_read_and_left_out(file: Path):
    text = FROM + b"X-Mozilla-Status: 1005\nX-Mozilla-Status2: 00000000\nX-Mozilla-Keys: \n"

    (found,) = read(file, text + mail(b"bird"))
    (letter,) = letters(file)

    assert found == on_the_wire(mail(b"bird"))
    assert letter.flags == {"\\Seen", "\\Flagged", "$Forwarded"}


def test_unread_is_what_no_program_noted_as_read(file: Path):
    read(file, FROM + b"Status: O\n" + mail(b"old"))

    assert [letter.flags for letter in letters(file)] == [frozenset()]


def test_the_separator_tells_when_a_message_came(file: Path):
    read(file, FROM.replace(b"2024", b"+0100 2024") + mail(b"one"))

    (letter,) = letters(file)
    assert letter.arrived_at == datetime(2024, 1, 8, 7, 0, tzinfo=UTC)


def test_a_file_that_was_cut_off_gives_what_is_there(file: Path):
    text = FROM + mail(b"one") + b"\n" + FROM + b"Subject: tw"

    assert read(file, text) == [on_the_wire(mail(b"one")), b"Subject: tw"]


def test_a_file_that_ends_in_a_separator_has_an_empty_message(file: Path):
    assert read(file, FROM + mail(b"one") + b"\n" + FROM.strip()) == [
        on_the_wire(mail(b"one")),
        b"",
    ]


def test_an_end_without_a_line_break_gets_none(file: Path):
    assert read(file, FROM + b"Subject: x\n\nno end") == [b"Subject: x\r\n\r\nno end"]


def test_empty_lines_at_the_end_of_a_text_are_its_own_but_one(file: Path):
    assert read(file, FROM + mail(b"x", b"Hello\n\n\n") + b"\n" + FROM + mail(b"y"))[0] == (
        on_the_wire(mail(b"x", b"Hello\n\n\n"))
    )


def test_empty_lines_before_the_first_message_do_no_harm(file: Path):
    assert read(file, b"\r\n\n" + FROM + mail(b"x")) == [on_the_wire(mail(b"x"))]


def test_an_empty_file_has_no_message(file: Path):
    assert read(file, b"") == []


def test_nothing_of_a_file_is_lost_between_messages(file: Path):
    raws = [raw for raw in odd().values() if raw]
    text = b"".join(FROM + raw + b"\n\n" for raw in raws)

    found = b"".join(read(file, text))

    for number, raw in enumerate(raws):
        for line in re.findall(rb"[^\r\n]{20,}", raw):
            assert line.removeprefix(b">") in found or line.startswith(b"From "), number


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_it_does_not_matter_how_the_file_is_cut_into_pieces(
    file: Path, monkeypatch: pytest.MonkeyPatch, size: int
):
    body = b">From a\n\r\n>>From b\rc\r\n\nd\r\r\n>From e\n"
    text = FROM + mail(b"one", body) + b"\n" + on_the_wire(FROM) + mail(b"two")
    whole = read(file, text)

    monkeypatch.setattr(mbox, "PIECE_BYTES", max(size, 6))
    pieces = [body[start : start + size] for start in range(0, len(body), size)]

    assert read(file, text) == whole
    assert b"".join(as_on_the_wire(unescaped(iter(pieces)))) == whole[0].partition(b"\r\n\r\n")[2]
    assert whole[0].endswith(b"From a\r\n\r\n>From b\rc\r\n\r\nd\r\r\nFrom e\r\n")


def test_a_line_without_end_is_not_kept_in_memory(monkeypatch: pytest.MonkeyPatch):
    pieces = [b"x" * 5000, b">From inside\n", b">From outside\n"]

    out = list(unescaped(iter(pieces)))

    assert out[0] == b"x" * 5000
    assert b"".join(out) == b"x" * 5000 + b">From inside\nFrom outside\n"
    assert max(map(len, wire_form.as_on_the_wire(pieces))) <= 5001
