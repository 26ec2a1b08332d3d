"""The list of the inbox: what stands in it, in which order, and how one goes on."""

import re
from datetime import timedelta

import pytest

from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.store.mailboxes import replace_own_texts
from mailboxadmin.store.tables_mail import MessageRow
from tests.support import states
from tests.support.inbox import enclosing, fill, folder_of, letter, reader
from tests.support.office import Office

LINE = re.compile(r'<bdi class="mail-subject">([^<]*)</bdi>')


def subjects(page: str) -> list[str]:
    return LINE.findall(page)


def older(page: str) -> str:
    found = re.search(r'href="([^"]*)">Older<', page)
    assert found
    return found[1].replace("&amp;", "&")


def test_the_newest_stands_first_with_who_what_and_the_first_words(office: Office, at_desk):
    anna = reader(office)
    fill(office, anna, [letter("Until four.", subject="new"), letter(subject="old")])

    page = at_desk(anna.email).get("/mail").text

    assert subjects(page) == ["new", "old"]
    assert "Ben Okoye" in page
    assert "Until four." in page
    assert "2 unread · 2 messages" in page


def test_one_goes_from_page_to_page_and_meets_each_message_once(office: Office, at_desk):
    anna = reader(office)
    fill(office, anna, [letter(subject=f"no {n}") for n in range(120)], examine=False)
    visitor = at_desk(anna.email)

    pages = [visitor.get("/mail").text]
    while ">Older<" in pages[-1]:
        pages.append(visitor.get(older(pages[-1])).text)

    assert [len(subjects(page)) for page in pages] == [50, 50, 20]
    assert [each for page in pages for each in subjects(page)] == [f"no {n}" for n in range(120)]


def test_messages_of_the_same_moment_are_met_once_each(office: Office, at_desk):
    anna = reader(office)
    ids = fill(office, anna, [letter(subject=f"no {n}") for n in range(70)], examine=False)
    with office.deps.store.write() as db:
        for each in ids:
            db.get_one(MessageRow, each).arrived_at = office.clock.now()
    visitor = at_desk(anna.email)

    first = visitor.get("/mail").text
    both = subjects(first) + subjects(visitor.get(older(first)).text)

    assert sorted(both) == sorted(f"no {n}" for n in range(70))


def test_a_folder_is_one_list_and_all_folders_another(office: Office, at_desk):
    anna = reader(office)
    fill(office, anna, [letter(subject="in"), letter(subject="before")], hours_ago=1)
    fill(office, anna, [letter(subject="sent"), letter(subject="sent before")], folder="Sent")
    visitor, sent = at_desk(anna.email), folder_of(office, anna, "Sent")

    assert subjects(visitor.get("/mail").text) == ["in", "before"]
    assert subjects(visitor.get(f"/mail?folder={sent}").text) == ["sent", "sent before"]
    assert subjects(visitor.get("/mail?folder=all").text) == ["sent", "sent before", "in", "before"]


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        ("unread", ["unread", "files"]),
        ("flagged", ["flagged"]),
        ("attached", ["files"]),
        ("removed", ["gone"]),
        ("nonsense", ["unread", "flagged", "files"]),
    ],
)
def test_the_list_is_narrowed(office: Office, at_desk, show: str, expected: list[str]):
    anna = reader(office)
    files = enclosing(("a.pdf", "application/pdf", b"%PDF"))
    fill(office, anna, [letter(subject="unread")])
    fill(office, anna, [letter(subject="flagged")], flags=["\\Seen", "\\Flagged"], hours_ago=1)
    fill(office, anna, [files], hours_ago=2)
    (gone,) = fill(office, anna, [letter(subject="gone")], hours_ago=3)
    with office.deps.store.write() as db:
        db.get_one(MessageRow, gone).removed_at = office.clock.now()
    visitor = at_desk(anna.email)

    assert subjects(visitor.get(f"/mail?show={show}").text) == expected
    assert subjects(visitor.get(f"/mail?folder=all&show={show}").text) == expected


def test_a_conversation_is_one_line_whatever_order_it_was_read_in(office: Office, at_desk):
    anna = reader(office)
    third = letter(subject="Re: plan", number="c", answers=["a", "b"])
    second = letter(subject="Re: plan", number="b", answers=["a"])
    # The newest is examined first; what joins the two comes last.
    fill(office, anna, [third, letter(subject="other", number="x"), second])
    fill(office, anna, [letter(subject="plan", number="a")], folder="Sent", hours_ago=9)
    visitor = at_desk(anna.email)

    page = visitor.get("/mail").text

    assert subjects(page) == ["Re: plan", "other"]
    assert re.search(r'class="times">3<', page)


def test_with_threading_off_every_message_is_a_line(office: Office, at_desk):
    anna = reader(office)
    fill(office, anna, [letter(subject="Re: a", number="b", answers=["a"]), letter(number="a")])
    with office.deps.store.write() as db:
        replace_own_texts(db, anna.mailbox_id or 0, {"threading": "no"})
        assert (
            not effective_for(db, office.deps.providers, anna.mailbox_id or 0)
            .values["threading"]
            .value
        )

    assert len(subjects(at_desk(anna.email).get("/mail").text)) == 2


def test_a_long_conversation_on_top_hides_nothing_below_it(office: Office, at_desk, monkeypatch):
    monkeypatch.setattr("mailboxadmin.store.inbox.WINDOW", 60)
    anna = reader(office)
    chain = [letter(subject="chain", number=f"c{n}", answers=["c0"]) for n in range(150)]
    fill(office, anna, [*chain, letter(subject="below", number="x")])
    visitor, page = at_desk(anna.email), ""

    seen = []
    page = visitor.get("/mail").text
    seen += subjects(page)
    for _ in range(4):
        if ">Older<" in page:
            page = visitor.get(older(page)).text
            seen += subjects(page)

    assert seen == ["chain", "below"]


@pytest.mark.parametrize("address", ["before=x", "before=9-", "folder=x", "before=" + "9" * 40])
def test_what_makes_no_sense_in_the_address_is_left_out(office: Office, at_desk, address: str):
    anna = reader(office)
    fill(office, anna, [letter(subject="here")])

    answer = at_desk(anna.email).get(f"/mail?{address}")

    assert answer.status_code == 200
    assert subjects(answer.text) == ["here"]


def test_news_is_told_once_a_sync_brought_something(office: Office, at_desk):
    anna = reader(office)
    fill(office, anna, [letter(subject="one")])
    visitor = at_desk(anna.email)
    page = visitor.get("/mail").text
    news = re.search(r'hx-get="([^"]*news[^"]*)"', page)
    assert news
    address = news[1].replace("&amp;", "&")

    before = visitor.get(address)
    fill(office, anna, [letter(subject="two")])
    after = visitor.get(address)

    assert (before.status_code, before.text) == (204, "")
    assert subjects(after.text) == ["two", "one"]


@pytest.mark.parametrize("times", ["at=²&every=60", "at=0&every=²", "at=0&every=٣٠", "at=&every="])
def test_for_times_that_are_none_it_is_never_time(office: Office, at_desk, times: str):
    anna = reader(office)
    fill(office, anna, [letter()])
    visitor = at_desk(anna.email)
    signs = re.search(r"news\?signs=([^&]*)&", visitor.get("/mail").text)
    assert signs

    answer = visitor.get(f"/mail/news?signs={signs[1]}&{times}")

    assert answer.status_code == 204


def test_an_empty_list_says_why(office: Office, at_desk):
    anna = reader(office)
    new = states.somebody(office, "Ben Okoye")
    broken = states.somebody(office, "Chloe")
    states.put(office, broken, State.NEEDS_ACTION, states.finding())
    waiting = states.somebody(office, "Dora")
    states.put(office, waiting, State.NEW)

    assert "There is no mail here." in at_desk(anna.email).get("/mail").text
    assert "Your mailbox is not connected yet." in at_desk(new.email).get("/mail").text
    page = at_desk(broken.email).get("/mail").text
    assert "Nothing could be fetched yet." in page
    assert "The server does not accept the password." in page
    assert ">Mend it<" in page
    with office.deps.store.write() as db:
        replace_own_texts(db, anna.mailbox_id or 0, {"fetch_only_unread": "yes"})
    assert "No unread mail was found." in at_desk(anna.email).get("/mail").text


def test_the_list_says_when_the_last_sync_was_and_when_the_next_is(office: Office, at_desk):
    anna = reader(office)
    states.put(
        office,
        anna,
        State.OK,
        last_success_at=office.clock.now(),
        next_attempt_at=office.clock.now() + timedelta(minutes=5),
    )

    page = at_desk(anna.email).get("/mail").text

    assert "last sync" in page
    assert "next " in page
    assert ">Sync now<" in page
