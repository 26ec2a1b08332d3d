"""Searching one's own mail: everything of it, nothing of others, whatever becomes of the rows."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text, update

from mailboxadmin.domain.contents import Attachment, Contents
from mailboxadmin.domain.mail_query import parse
from mailboxadmin.domain.message import Headers
from mailboxadmin.services.reading.index_mail import index_mail
from mailboxadmin.services.reading.mail_search import search_mail
from mailboxadmin.store.contents import store_contents
from mailboxadmin.store.folders import folder_id
from mailboxadmin.store.mail_search import merge, put_in
from mailboxadmin.store.messages import NewMessage, add_messages, digest_of
from mailboxadmin.store.tables import MailboxRow
from mailboxadmin.store.tables_mail import MessageContentsRow, MessageRow, SearchEntryRow

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

WORDS = ["alpha", "beta", "gamma", "delta"]


class Shelf:
    """Mail of one office, put in without a server."""

    def __init__(self, office):
        self.office = office
        self.deps = office.deps
        self._uid = 0

    def mailbox(self, email):
        return self.office.person(email).mailbox_id

    def put(
        self,
        mailbox_id,
        subject="",
        *,
        body="",
        sender="Ann <ann@example.org>",
        to="bob@example.org",
        names=(),
        at=NOON,
        seen=False,
        examined=True,
    ):
        self._uid += 1
        raw = f"{self._uid} {subject}".encode()
        headers = Headers(
            message_id=None, subject=subject, sender=sender, recipients=to, sent_at=None
        )
        message = NewMessage(
            uid=self._uid,
            flags=frozenset({"\\Seen"} if seen else ()),
            arrived_at=at,
            raw=raw,
            digest=digest_of(raw),
            headers=headers,
        )
        attachments = tuple(
            Attachment(name=name, media_type="application/pdf", size=1, part=number)
            for number, name in enumerate(names, 2)
        )
        contents = Contents(preview="", body_text=body, attachments=attachments, problem=None)
        with self.deps.store.write() as db:
            folder = folder_id(db, mailbox_id, "INBOX")
            add_messages(db, mailbox_id, folder, [message])
            newest = db.execute(text("SELECT max(id) FROM messages")).scalar_one()
            if examined:
                store_contents(db, {newest: contents}, NOON)
        return newest

    def found(self, mailbox_id, typed, **options):
        return [hit.id for hit in search_mail(self.deps, mailbox_id, parse(typed), **options).hits]

    def index(self):
        return index_mail(self.deps)

    def words(self):
        """How many words the index holds, of all columns."""
        with self.deps.store.write() as db:
            db.execute(
                text("CREATE VIRTUAL TABLE temp.v USING fts5vocab(main, mail_search, 'row')")
            )
            count = db.execute(text("SELECT coalesce(sum(doc), 0) FROM temp.v")).scalar_one()
            db.execute(text("DROP TABLE temp.v"))
        return count


@pytest.fixture
def shelf(office):
    return Shelf(office)


@pytest.fixture
def ann(shelf):
    return shelf.mailbox("ann@example.org")


@pytest.mark.parametrize(
    "typed",
    [
        "rechnung",
        "RÉCHNUNG",
        "märz",
        "marz",
        '"offer of march"',
        "invoi*",
        '"great inv"*',
        "from:keller",
        'from:"anna keller"',
        "to:bob@example.org",
        "subject:rechnung invoice",
        "quittung.pdf",
        "quittung",
        "has:attachment",
        "is:unread",
        "after:2026-02-28 before:2026-03-03",
        "after:2026-03 rechnung from:keller has:attachment is:unread",
    ],
)
def test_a_message_is_found_by_all_there_is_of_it(shelf, ann, typed):
    wanted = shelf.put(
        ann,
        "Rechnung März",
        body="The offer of March, a great invoice.",
        sender="Anna Keller <anna@example.org>",
        names=("Quittung.pdf",),
        at=NOON + timedelta(hours=24),
    )
    shelf.put(
        ann,
        "other",
        body="offer march of",
        to="me@example.org",
        at=NOON - timedelta(days=9),
        seen=True,
    )
    shelf.index()

    assert shelf.found(ann, typed) == [wanted]


@pytest.mark.parametrize(
    "typed",
    [
        "nothing",
        "rech",
        '"march of offer"',
        "from:bob",
        "subject:invoice",
        "m1",
        "attachment",
        "facets:m1",
        "before:2026-03-01",
        "rechnung NOT march",
        "before:soon",
        "",
    ],
)
def test_what_does_not_fit_is_not_found(shelf, ann, typed):
    shelf.put(ann, "Rechnung", body="offer of march invoice", seen=True, at=NOON)
    shelf.index()

    assert shelf.found(ann, typed) == []


def test_the_newest_comes_first_and_pages_leave_nothing_out(shelf, ann):
    days = list(range(30))
    random.Random(3).shuffle(days)
    ids = {day: shelf.put(ann, "note", at=NOON + timedelta(days=day)) for day in days}
    shelf.index()
    pages, before = [], None

    while True:
        page = search_mail(shelf.deps, ann, parse("note"), before=before, limit=7)
        pages.append([hit.id for hit in page.hits])
        before = page.next_before
        if before is None:
            break

    assert [len(page) for page in pages] == [7, 7, 7, 7, 2]
    assert [one for page in pages for one in page] == [
        ids[day] for day in sorted(days, reverse=True)
    ]


def test_many_read_ones_do_not_hide_the_unread_one(shelf, ann, monkeypatch):
    monkeypatch.setattr("mailboxadmin.services.reading.mail_search.PORTION", 3)
    monkeypatch.setattr("mailboxadmin.services.reading.mail_search.PORTIONS", 2)
    wanted = shelf.put(ann, "note", at=NOON - timedelta(days=1))
    for _ in range(10):
        shelf.put(ann, "note", seen=True)
    shelf.index()
    found, before = [], None

    for _ in range(5):
        page = search_mail(shelf.deps, ann, parse("note is:unread"), before=before)
        found += [hit.id for hit in page.hits]
        before = page.next_before
        if before is None:
            break

    assert (found, before) == ([wanted], None)


def test_nothing_of_another_mailbox_is_found(shelf, ann):
    bob = shelf.mailbox("bob@example.org")
    shelf.put(bob, "secret", body="secret m1", names=("secret.pdf",))
    mine = shelf.put(ann, "mine", body="m2 x")
    shelf.index()

    for typed in ("secret", "secret*", "has:attachment", "is:unread secret", f"m{bob}", "m*"):
        assert shelf.found(ann, typed) in ([], [mine])
    assert shelf.found(ann, "from:ann") == [mine]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    typed=st.text()
    | st.lists(
        st.sampled_from(
            [
                '"',
                "*",
                "from:",
                "AND",
                "NEAR(",
                ")",
                "{",
                "}",
                ":",
                "^",
                "-",
                "+",
                "x",
                "é",
                "\0",
                "m1",
                "OR",
                "'",
            ]
        )
    ).map("".join),
    before=st.none() | st.integers(-(2**70), 2**70),
)
def test_whatever_is_typed_is_no_error(office, typed, before):
    shelf = Shelf(office)
    search_mail(office.deps, 1, parse(typed), before=before)
    assert shelf.found(1, typed) == []


def test_what_was_found_is_marked_in_segments(shelf, ann):
    shelf.put(
        ann,
        "<script>Rechnung</script>",
        body="word " * 90 + "die Rechnung <b>",
        names=("Rechnung.pdf", "x.pdf"),
    )
    shelf.index()

    [hit] = search_mail(shelf.deps, ann, parse("rechnung")).hits

    assert [(s.text, s.marked) for s in hit.subject] == [
        ("<script>", False),
        ("Rechnung", True),
        ("</script>", False),
    ]
    assert any(s.marked and s.text == "Rechnung" for s in hit.snippet)
    assert ["".join(s.text for s in name) for name in hit.attachments] == ["Rechnung.pdf"]
    assert not hit.seen


def test_it_says_while_some_mail_waits_for_the_index(shelf, ann):
    shelf.put(ann, "note")
    before = search_mail(shelf.deps, ann, parse("note"))
    shelf.index()
    after = search_mail(shelf.deps, ann, parse("note"))

    assert (before.hits, before.whole) == ((), False)
    assert (len(after.hits), after.whole) == (1, True)


def test_the_index_goes_on_where_it_was(shelf, ann):
    for number in range(7):
        shelf.put(ann, f"note {number}")

    with shelf.deps.store.write() as db:
        first = put_in(db, limit=3, most_bytes=1000)

    assert (first, shelf.index(), shelf.index()) == (3, 4, 0)
    assert len(shelf.found(ann, "note")) == 7


def test_the_oldest_that_wait_are_not_kept_waiting_by_the_newest(shelf, ann):
    waiting = [shelf.put(ann, f"note {number}") for number in range(7)]

    with shelf.deps.store.write() as db:
        put_in(db, limit=4, most_bytes=1000)

    assert sorted(shelf.found(ann, "note")) == [*waiting[:2], *waiting[-2:]]


def test_what_was_removed_on_the_server_is_not_found(shelf, ann):
    gone = shelf.put(ann, "note")
    shelf.index()
    with shelf.deps.store.write() as db:
        db.execute(update(MessageRow).where(MessageRow.id == gone).values(removed_at=NOON))

    assert shelf.found(ann, "note") == []


@pytest.mark.parametrize(
    "change",
    [
        update(MessageRow).values(subject="letter"),
        update(MessageRow).values(sender="Zoe"),
        update(MessageRow).values(arrived_at=NOON + timedelta(days=400)),
        update(MessageRow).values(examined_at=None),
        update(MessageContentsRow).values(body_text="letter"),
        delete(MessageContentsRow),
        delete(MessageRow),
        delete(MailboxRow),
        delete(SearchEntryRow).where(SearchEntryRow.message_id < 0),
    ],
)
def test_no_word_of_what_was_is_left_whatever_changes(shelf, ann, change):
    shelf.put(ann, "note", body="old words", names=("a.pdf",))
    shelf.put(ann, "note too", body="old words")
    shelf.index()
    with shelf.deps.store.write() as db:
        db.execute(change)
    shelf.index()

    with shelf.deps.store.write() as db:
        db.execute(delete(MessageRow))

    assert shelf.words() == 0
    assert shelf.found(ann, "note") == []


def test_a_change_is_found_by_its_new_words_only(shelf, ann):
    one = shelf.put(ann, "note", body="old")
    shelf.index()
    contents = Contents(preview="", body_text="fresh", attachments=(), problem=None)
    with shelf.deps.store.write() as db:
        db.execute(update(MessageRow).values(examined_at=None))
    with shelf.deps.store.write() as db:
        store_contents(db, {one: contents}, NOON)
    shelf.index()

    assert (shelf.found(ann, "old"), shelf.found(ann, "fresh")) == ([], [one])


def act(shelf, ann, chance, present):
    """One thing that happens to a mailbox: mail comes, goes, is read anew, or is indexed."""
    what = chance.choice(["put", "put", "put", "delete", "change", "index"])
    if what == "index":
        shelf.index()
    elif what == "put" or not present:
        subject = " ".join(chance.sample(WORDS, 2))
        at = NOON + timedelta(seconds=chance.randrange(99))
        present[shelf.put(ann, subject, at=at)] = subject
    else:
        one = chance.choice(list(present))
        change = delete(MessageRow)
        if what == "change":
            present[one] = chance.choice(WORDS)
            change = update(MessageRow).values(subject=present[one])
        else:
            del present[one]
        with shelf.deps.store.write() as db:
            db.execute(change.where(MessageRow.id == one))


def test_random_histories_leave_an_index_that_says_what_the_rows_say(shelf, ann):
    chance, present = random.Random(11), {}
    for _ in range(150):
        act(shelf, ann, chance, present)
    shelf.index()

    for word in WORDS:
        expected = {one for one, subject in present.items() if word in subject.split()}
        assert set(shelf.found(ann, word, limit=200)) == expected
    with shelf.deps.store.write() as db:
        db.execute(delete(MessageRow))
        while merge(db, 100):
            pass
    assert shelf.words() == 0
