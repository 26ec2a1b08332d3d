"""Marking in the inbox: one message, some, a folder; opened ones; and the way back."""

import re

import pytest
from sqlalchemy import select

from mailboxadmin.domain.activity import Level
from mailboxadmin.services.reading import marking
from mailboxadmin.store.mailboxes import replace_own_texts
from mailboxadmin.store.tables import ActivityRow
from mailboxadmin.store.tables_mail import MessageRow, ReadChangeRow
from tests.support.inbox import fill, folder_of, letter, reader
from tests.support.office import Office


def read_ones(office: Office) -> set[int]:
    with office.deps.store.read() as db:
        return set(db.scalars(select(MessageRow.id).where(MessageRow.seen.is_(True))))


def waiting(office: Office) -> dict[int, bool]:
    with office.deps.store.read() as db:
        return {row.message_id: row.seen for row in db.scalars(select(ReadChangeRow))}


def switch(office: Office, mailbox_id: int | None, **texts: str) -> None:
    with office.deps.store.write() as db:
        replace_own_texts(db, mailbox_id or 0, texts)


def undo_at(page: str) -> str:
    found = re.search(r'action="(/mail/undo/\d+)"', page)
    assert found
    return found[1]


@pytest.fixture
def three(office: Office) -> list[int]:
    """Three unread messages of Anna's."""
    return fill(office, reader(office), [letter(subject=f"no {n}") for n in range(3)])


def test_those_that_are_selected_are_marked_and_it_can_be_taken_back(office, three, at_desk):
    visitor = at_desk("anna@example.org")
    with office.deps.store.write() as db:
        db.get_one(MessageRow, three[1]).seen = True

    marked = visitor.post("/mail/mark", form_at="/mail", id=[str(n) for n in three[:2]], do="read")
    page = visitor.get(marked.location).text

    assert read_ones(office) == set(three[:2])
    assert "1 message marked as read." in page
    visitor.post(undo_at(page), form_at=marked.location)
    # What was read before stays read.
    assert read_ones(office) == {three[1]}


def test_nothing_is_to_be_sent_while_the_setting_is_off(office, three, at_desk):
    at_desk("anna@example.org").post("/mail/mark", form_at="/mail", id=str(three[0]), do="read")

    assert read_ones(office) == {three[0]}
    assert waiting(office) == {}


def test_with_the_setting_on_it_waits_for_the_server_and_says_so(office, three, at_desk):
    visitor = at_desk("anna@example.org")
    with office.deps.store.read() as db:
        mailbox_id = db.get_one(MessageRow, three[0]).mailbox_id
    switch(office, mailbox_id, sync_read_status="yes")

    visitor.post("/mail/mark", form_at="/mail", id=str(three[0]), do="read")
    page = visitor.get("/mail").text

    assert waiting(office) == {three[0]: True}
    assert "not sent yet" in page
    assert "1 mark not on the mail server yet" in page


def test_what_waits_and_is_taken_back_waits_as_it_was_before(office, three, at_desk):
    visitor = at_desk("anna@example.org")
    with office.deps.store.read() as db:
        mailbox_id = db.get_one(MessageRow, three[0]).mailbox_id
    switch(office, mailbox_id, sync_read_status="yes")

    marked = visitor.post("/mail/mark", form_at="/mail", id=str(three[0]), do="read")
    visitor.post(undo_at(visitor.get(marked.location).text), form_at="/mail")

    assert read_ones(office) == set()
    # The click may be on its way already, so the server is told how it was.
    assert waiting(office) == {three[0]: False}


def test_a_folder_is_marked_at_once_and_no_other(office, three, at_desk):
    anna = reader(office, "Ben Okoye")
    others = fill(office, anna, [letter()], folder="Other")
    more = fill(office, anna, [letter(subject=f"n {n}") for n in range(60)])
    visitor = at_desk(anna.email)

    visitor.post(
        "/mail/mark",
        form_at="/mail",
        do="all-read",
        **{"in": str(folder_of(office, anna, "INBOX"))},
    )

    assert read_ones(office) == set(more)
    assert not read_ones(office) & {*others, *three}


def test_of_very_many_the_next_click_goes_on(office, three, at_desk, monkeypatch):
    monkeypatch.setattr(marking, "MOST", 2)
    with office.deps.store.read() as db:
        row = db.get_one(MessageRow, three[0])
    visitor = at_desk("anna@example.org")

    sizes = []
    for _ in range(2):
        visitor.post("/mail/mark", form_at="/mail", do="all-read", **{"in": str(row.folder_id)})
        sizes.append(len(read_ones(office)))

    assert sizes == [2, 3]


def test_what_is_opened_is_read_and_the_log_is_not_full_of_it(office, three, at_desk):
    visitor = at_desk("anna@example.org")

    visitor.get(f"/mail/{three[0]}", headers={"Sec-Purpose": "prefetch"})
    before = read_ones(office)
    visitor.get(f"/mail/{three[0]}")

    assert (before, read_ones(office)) == (set(), {three[0]})
    with office.deps.store.read() as db:
        entries = db.scalars(select(ActivityRow).where(ActivityRow.code == "read_status.marked"))
        assert {each.level for each in entries} == {int(Level.ROUTINE)}


def test_what_is_opened_stays_unread_when_the_setting_says_so(office, three, at_desk):
    with office.deps.store.read() as db:
        mailbox_id = db.get_one(MessageRow, three[0]).mailbox_id
    switch(office, mailbox_id, mark_read_on_preview="no")

    page = at_desk("anna@example.org").get(f"/mail/{three[0]}").text

    assert read_ones(office) == set()
    assert ">Mark read<" in page


def test_a_conversation_is_read_as_a_whole(office, at_desk):
    anna = reader(office)
    chain = [letter(number="b", answers=["a"]), letter(number="a"), letter(number="x")]
    new, old, other = fill(office, anna, chain)

    at_desk(anna.email).post("/mail/mark", form_at="/mail", id=str(new), do="read")

    assert read_ones(office) == {new, old}
    assert other not in read_ones(office)


@pytest.mark.parametrize("ids", [[], ["x"], ["0"], ["9" * 30], ["-1"], ["1.5"], ["²"]])
def test_what_is_no_message_marks_nothing(office, three, at_desk, ids: list[str]):
    answer = at_desk("anna@example.org").post("/mail/mark", form_at="/mail", id=ids, do="read")

    assert answer.status_code == 302
    assert read_ones(office) == set()


def test_a_wish_that_is_none_is_refused(office, three, at_desk):
    answer = at_desk("anna@example.org").post("/mail/mark", form_at="/mail", do="burn")

    assert answer.status_code == 400
