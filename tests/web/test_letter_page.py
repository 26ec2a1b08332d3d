"""A message's page: its text, who wrote it, what is enclosed, what it came as."""

import base64
import re

import pytest

from mailboxadmin.services.reading.letter import SOURCE_BYTES
from mailboxadmin.store.mailboxes import replace_own_texts
from mailboxadmin.store.settings import write_office_text
from mailboxadmin.store.tables_mail import MessageRow
from tests.support.inbox import enclosing, fill, letter, page, reader
from tests.support.office import Office

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def test_a_plain_message_is_text_with_links_that_are_what_they_say(office: Office, at_desk):
    anna = reader(office)
    (one,) = fill(office, anna, [letter("See https://example.org/a?b=1&c=2. <b>not bold</b>")])

    shown = at_desk(anna.email).get(f"/mail/{one}").text

    link = 'href="https://example.org/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer'
    assert link in shown
    assert "&lt;b&gt;not bold&lt;/b&gt;" in shown
    assert "<iframe" not in shown


def test_a_formatted_message_is_in_a_frame_that_can_do_nothing(office: Office, at_desk):
    anna = reader(office)
    (one,) = fill(office, anna, [page("<p onclick=x()>Hello <script>alert(1)</script></p>")])
    visitor = at_desk(anna.email)

    shown, frame = visitor.get(f"/mail/{one}").text, visitor.get(f"/mail/{one}/body")

    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in shown
    assert "<p>Hello </p>" in frame.text
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "img-src data:;" in f"{policy};"
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "allow-scripts" not in policy + shown
    assert "allow-same-origin" not in policy + shown
    assert frame.headers["X-Content-Type-Options"] == "nosniff"


def test_pictures_from_elsewhere_are_fetched_when_asked_for_only(office: Office, at_desk):
    anna = reader(office)
    html = '<img src="https://track.example/p.gif"><td background="https://x.example/b.png">'
    one, other = fill(office, anna, [page(html), page(html)])
    visitor = at_desk(anna.email)
    frame = f"/mail/{one}/body"

    assert "track.example" not in visitor.get(frame).text
    assert "1 picture from elsewhere not fetched" in visitor.get(f"/mail/{one}").text

    visitor.post(f"/mail/{one}/pictures", form_at=f"/mail/{one}", do="once")
    asked = visitor.get(frame)
    assert 'src="https://track.example/p.gif"' in asked.text
    assert "img-src data: https: http:" in asked.headers["Content-Security-Policy"]
    assert "track.example" not in visitor.get(f"/mail/{other}/body").text

    visitor.post(f"/mail/{one}/pictures", form_at=f"/mail/{one}", do="always")
    assert "track.example" in visitor.get(f"/mail/{other}/body").text
    visitor.post(f"/mail/{one}/pictures", form_at=f"/mail/{one}", do="never")
    assert "track.example" not in visitor.get(f"/mail/{other}/body").text
    assert "track.example" not in visitor.get(frame).text


def test_a_picture_of_the_same_message_is_shown_in_the_text(office: Office, at_desk):
    anna = reader(office)
    raw = (
        b"From: ben@example.org\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
        b'--b\r\nContent-Type: text/html\r\n\r\n<img src="cid:logo@x"><img src="cid:other">\r\n'
        b"--b\r\nContent-Type: image/png\r\nContent-ID: <logo@x>\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(PNG) + b"--b--\r\n"
    )
    (one,) = fill(office, anna, [raw])
    visitor = at_desk(anna.email)

    frame = visitor.get(f"/mail/{one}/body").text

    assert frame.count("data:image/png;base64," + base64.b64encode(PNG).decode()) == 1
    assert "cid:" not in frame
    # It is no file to be saved, and the list does not say that there is one.
    assert "letter-files" not in visitor.get(f"/mail/{one}").text
    assert "has files" not in visitor.get("/mail").text


def test_with_formatted_mail_off_there_is_text_and_no_frame(office: Office, at_desk):
    anna = reader(office)
    (one,) = fill(office, anna, [page("<p>Only <b>text</b></p>")])
    with office.deps.store.write() as db:
        replace_own_texts(db, anna.mailbox_id or 0, {"allow_html": "no"})
    visitor = at_desk(anna.email)

    shown = visitor.get(f"/mail/{one}").text

    assert "Only text" in shown
    assert "<iframe" not in shown
    assert visitor.get(f"/mail/{one}/body").status_code == 404


@pytest.mark.parametrize(
    ("sender", "address", "misleads"),
    [
        ('"service@bank.example" <x@evil.example>', "x@evil.example", "service@bank.example"),
        ("=?utf-8?q?Bank_=3Cservice=40bank.example=3E?= <x@evil.example>", "x@evil.example", True),
        ("bank.example Support <x@evil.example>", "x@evil.example", "bank.example"),
        ("Ben <ben@example.org>", "ben@example.org", False),
        ("example.org team <ben@mail.example.org>", "ben@mail.example.org", False),
        ("x@evil.example (service@bank.example)", "x@evil.example", "service@bank.example"),
    ],
)
def test_the_real_address_is_there_and_a_name_that_lies_is_told(
    office: Office, at_desk, sender: str, address: str, misleads
):
    anna = reader(office)
    (one,) = fill(office, anna, [letter(sender=sender)])

    shown = at_desk(anna.email).get(f"/mail/{one}").text

    assert address in shown
    assert ("The name shows" in shown) is bool(misleads)
    if isinstance(misleads, str):
        assert f"“{misleads}”" in shown


def test_a_link_that_says_another_place_is_told(office: Office, at_desk):
    anna = reader(office)
    html = (
        '<a href="https://evil.example/x">www.bank.example</a> <a href="https://a.example">ok</a>'
    )
    (one,) = fill(office, anna, [page(html)])

    shown = at_desk(anna.email).get(f"/mail/{one}").text

    assert "A link says one thing and leads to another" in shown
    assert "<code>https://evil.example/x</code>" in shown
    assert "<code>https://a.example</code>" in shown


def test_files_are_saved_under_safe_names_and_never_opened(office: Office, at_desk):
    anna = reader(office)
    files = [
        ("../../etc/passwd", "text/html", b"<script>alert(1)</script>"),
        ("bill\u202efdp.exe", "application/x-msdownload", b"MZ"),
        ("p.svg", "image/svg+xml", b"<svg onload=alert(1)>"),
        ("p.png", "image/png", PNG),
    ]
    (one,) = fill(office, anna, [enclosing(*files)])
    visitor = at_desk(anna.email)

    answers = [visitor.get(f"/mail/{one}/parts/{n}?show=yes") for n in (2, 3, 4, 5)]

    for answer in answers[:3]:
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        assert answer.mimetype == "application/octet-stream"
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert 'filename="etc passwd"' in answers[0].headers["Content-Disposition"]
    assert "202E" not in answers[1].headers["Content-Disposition"].upper()
    assert (answers[3].mimetype, answers[3].data) == ("image/png", PNG)
    assert answers[3].headers["Content-Disposition"].startswith("inline; ")
    saved = visitor.get(f"/mail/{one}/parts/5").headers["Content-Disposition"]
    assert saved.startswith("attachment; ")
    assert visitor.get(f"/mail/{one}/parts/9").status_code == 404


def test_all_of_it_is_one_click_away(office: Office, at_desk):
    anna = reader(office)
    raw = letter("<script>alert(1)</script>", number="m")
    (one,) = fill(office, anna, [raw])
    visitor = at_desk(anna.email)

    source = visitor.get(f"/mail/{one}/source").text
    saved = visitor.get(f"/mail/{one}/message.eml")

    assert "Message-ID: &lt;m@example.org&gt;" in source
    assert "<script>alert" not in source
    assert saved.data == raw
    assert saved.headers["Content-Disposition"].startswith('attachment; filename="a letter.eml"')


def test_of_a_huge_message_only_the_beginning_of_the_source_is_shown(office: Office, at_desk):
    anna = reader(office)
    (one,) = fill(office, anna, [letter("x" * 3 * SOURCE_BYTES)])

    source = at_desk(anna.email).get(f"/mail/{one}/source").text

    assert len(source) < 2 * SOURCE_BYTES
    assert "Only the beginning is shown" in source


def test_what_is_not_whole_is_shown_as_far_as_it_can_be(office: Office, at_desk):
    anna = reader(office)
    arriving, refused, broken = fill(office, anna, [letter(), letter(), letter()])
    with office.deps.store.write() as db:
        db.get_one(MessageRow, arriving).expected_size = 10**9
        db.get_one(MessageRow, refused).refused_at = office.clock.now()
        db.get_one(MessageRow, broken).problem = "It is <odd>."
    visitor = at_desk(anna.email)

    assert "still on its way" in visitor.get(f"/mail/{arriving}").text
    assert "does not give this message" in visitor.get(f"/mail/{refused}").text
    assert "It is &lt;odd&gt;." in visitor.get(f"/mail/{broken}").text
    assert visitor.get(f"/mail/{refused}/message.eml").status_code == 404


def test_a_message_that_was_not_examined_yet_is_read_at_once(office: Office, at_desk):
    anna = reader(office)
    (one,) = fill(office, anna, [letter("There already.")], examine=False)

    assert "There already." in at_desk(anna.email).get(f"/mail/{one}").text


def test_a_message_too_large_to_be_read_can_be_saved(office: Office, at_desk):
    anna = reader(office)
    raw = letter("x" * 3 * 1024 * 1024)
    with office.deps.store.write() as db:
        write_office_text(db, "max_message_megabytes", "1")
    (one,) = fill(office, anna, [raw])
    visitor = at_desk(anna.email)

    assert "too large to be shown" in visitor.get(f"/mail/{one}").text
    assert visitor.get(f"/mail/{one}/message.eml").data == raw


def test_in_its_conversation_the_message_that_is_opened_is_read(office: Office, at_desk):
    anna = reader(office)
    chain = [letter(number="b", answers=["a"]), letter(number="a")]
    answer, _ = fill(office, anna, chain)

    shown = at_desk(anna.email).get(f"/mail/{answer}").text
    below = re.findall(r'<li( class="mail-unread")?>(<b|<a)', shown)

    # The oldest first; the one that stands open is no link.
    assert below == [(' class="mail-unread"', "<a"), ("", "<b")]


def test_the_conversation_is_below_the_message(office: Office, at_desk):
    anna = reader(office)
    answer = letter("Yes.", subject="Re: plan", number="b", answers=["a"])
    new, old = fill(office, anna, [answer, letter("A plan?", subject="plan", number="a")])

    shown = at_desk(anna.email).get(f"/mail/{new}").text

    assert "2 messages of this conversation" in shown
    assert re.search(rf'href="/mail/{old}"', shown)
