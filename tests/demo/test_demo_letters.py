"""The mail of the sample office, as a mail program would see it."""

import csv
import email
import struct
import zlib
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from random import Random

import pytest

from mailboxadmin.demo.compose import unreadable_letter
from mailboxadmin.demo.contacts import CONTACTS
from mailboxadmin.demo.letter import INBOX, Letter
from mailboxadmin.demo.letters import TEMPLATES, letters_for, new_letter
from mailboxadmin.demo.people import Desk, SamplePerson, sample_people

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
PEOPLE = sample_people()
ALL = {person.email: letters_for(person, NOW) for person in PEOPLE}


def read(letter: Letter) -> EmailMessage:
    message = email.message_from_bytes(letter.raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def readable() -> list[EmailMessage]:
    odd = unreadable_letter()
    return [read(letter) for letters in ALL.values() for letter in letters if letter.raw != odd]


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.email)
def test_everybody_has_sixty_to_a_hundred_and_twenty_letters_read_and_unread(
    person: SamplePerson,
) -> None:
    letters = ALL[person.email]
    inbox = [letter for letter in letters if letter.folder == INBOX]

    assert 60 <= len(letters) <= 120
    assert {letter.folder for letter in letters} == {
        INBOX,
        person.folders.sent,
        person.folders.archive,
    }
    assert {letter.seen for letter in inbox} == {True, False}


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.email)
def test_letters_come_in_the_order_of_the_last_ninety_days(person: SamplePerson) -> None:
    moments = [letter.at for letter in ALL[person.email]]

    assert moments == sorted(moments)
    assert NOW - timedelta(days=90) < moments[0] < NOW - timedelta(days=60)
    assert NOW - timedelta(days=9) < moments[-1] <= NOW


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.email)
def test_the_same_person_gets_the_same_bytes_at_every_start(person: SamplePerson) -> None:
    again = next(other for other in sample_people() if other.email == person.email)

    assert letters_for(again, NOW) == ALL[person.email]


def test_a_message_id_never_comes_twice() -> None:
    ids = [message["Message-ID"] for message in readable()]

    assert len(set(ids)) == len(ids)


def test_no_blank_of_a_template_is_left_open_and_no_line_has_a_bare_line_feed() -> None:
    for letters in ALL.values():
        for letter in letters:
            assert b"\n" not in letter.raw.replace(b"\r\n", b"")
    for message in readable():
        body = message.get_body(("plain",))
        assert body is not None
        assert "{" not in message["Subject"] + body.get_content()


def test_headers_are_ascii_on_the_wire_and_german_and_french_when_decoded() -> None:
    subjects = {message["Subject"] for message in readable()}

    assert "Unterlagen für die Umsatzsteuervoranmeldung" in subjects
    assert "Étagères : le rayon du bas" in subjects
    for message in readable():
        assert message["Subject"].defects == ()


def test_every_date_header_is_the_time_of_arrival() -> None:
    for letters in ALL.values():
        for letter in letters:
            if letter.raw != unreadable_letter():
                assert parsedate_to_datetime(read(letter)["Date"]) == letter.at


def test_answers_name_the_whole_thread_and_quote_it() -> None:
    messages = {message["Message-ID"]: message for message in readable()}
    answers = [message for message in messages.values() if message["References"]]
    long_threads = [message for message in answers if len(message["References"].split()) == 2]

    assert len(answers) > 60
    assert long_threads
    for answer in answers:
        references = answer["References"].split()
        assert references[-1] == answer["In-Reply-To"]
        assert set(references) <= set(messages)
        assert "\n> " in answer.get_body(("plain",)).get_content()


def test_newsletters_have_html_beside_their_text_and_a_way_out() -> None:
    newsletters = [message for message in readable() if message["List-Unsubscribe"]]

    assert newsletters
    for message in newsletters:
        assert message.get_content_type() == "multipart/alternative"
        assert message.get_body(("html",)).get_content().startswith("<!DOCTYPE html>")


def test_attachments_are_what_they_say() -> None:
    files = [part for message in readable() for part in message.iter_attachments()]
    by_type = {part.get_content_type(): part for part in files}

    assert set(by_type) == {"application/pdf", "image/png", "text/csv"}
    assert_is_pdf(by_type["application/pdf"].get_content())
    assert_is_png(by_type["image/png"].get_content())
    rows = list(csv.reader(by_type["text/csv"].get_content().splitlines(), delimiter=";"))
    assert rows[0] == ["article", "material", "eur_per_m2", "in_stock_m2"]
    assert {len(row) for row in rows} == {4}


def assert_is_pdf(content: bytes) -> None:
    """The table of objects points at each object."""
    table_at = int(content.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    entries = content[table_at:].split(b"\n")[3:8]
    for number, entry in enumerate(entries, start=1):
        assert content[int(entry[:10]) :].startswith(b"%d 0 obj" % number)


def assert_is_png(content: bytes) -> None:
    """Size and pixels of the first chunks agree."""
    width, height = struct.unpack(">II", content[16:24])
    start = content.index(b"IDAT")
    (length,) = struct.unpack(">I", content[start - 4 : start])
    pixels = zlib.decompress(content[start + 4 : start + 4 + length])
    assert len(pixels) == height * (1 + 3 * width)


def test_one_letter_cannot_be_read_well() -> None:
    raws = [letter.raw for letters in ALL.values() for letter in letters]

    message = email.message_from_bytes(unreadable_letter())

    assert unreadable_letter() in raws
    assert message.defects
    assert message["Date"] is None
    with pytest.raises(UnicodeDecodeError):
        unreadable_letter().decode("utf-8")


@pytest.mark.parametrize("desk", Desk)
def test_every_template_of_a_desk_has_somebody_who_writes_it(desk: Desk) -> None:
    templates = [template for template in TEMPLATES if desk in template.desks]

    assert len(templates) >= 8
    for template in templates:
        assert any(
            contact.voice in template.voices and contact.language == template.language
            for contact in CONTACTS
        )


def test_a_new_letter_is_unread_of_now_and_never_from_oneself() -> None:
    rng = Random(4)

    for person in PEOPLE:
        for _ in range(20):
            letter = new_letter(rng, person, NOW)
            message = read(letter)
            assert (letter.folder, letter.seen, letter.at) == (INBOX, False, NOW)
            assert parsedate_to_datetime(message["Date"]) == NOW
            assert person.email in message["To"]
            assert person.email not in message["From"]


def test_passwords_are_new_at_every_start_and_pleasant_to_type() -> None:
    again = sample_people()

    for before, after in zip(PEOPLE, again, strict=True):
        assert before.sign_in_password != after.sign_in_password
        assert before.imap_password != after.imap_password
        assert len(after.sign_in_password) >= 12
        assert after.sign_in_password.isascii()
