"""Imported messages and the server's: the same Message-ID and size, the date between equals."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.headers import read_headers
from mailboxadmin.services.clicks.no_uid import backfilled_entry
from mailboxadmin.services.files import weighing
from mailboxadmin.services.files.importing import import_messages
from mailboxadmin.store.big import add_part, begin_big, complete_big
from mailboxadmin.store.bytes import raw_bytes
from mailboxadmin.store.folders import folder_id
from mailboxadmin.store.imported import match_big, match_imported
from mailboxadmin.store.messages import NewMessage, digest_of
from mailboxadmin.store.tables_mail import MessageContentsRow, MessageRow, ReadChangeRow
from tests.support import mails
from tests.support.office import Office

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SEEN = "\\Seen"


@pytest.fixture
def mailbox_id(office: Office) -> int:
    person = office.person("anna@example.org")
    assert person.mailbox_id is not None
    return person.mailbox_id


@pytest.fixture
def bring(office: Office, mailbox_id: int, tmp_path: Path) -> Callable[..., list[int]]:
    """Import messages, in this order; the ids of all rows: bring(raw, raw, into="Sent")."""
    numbers = itertools.count()

    def bring_(*raws: bytes, into: str = "") -> list[int]:
        place = tmp_path / f"import-{next(numbers)}"
        (place / into).mkdir(parents=True)
        for number, raw in enumerate(raws):
            (place / into / f"{number:02}.eml").write_bytes(raw)
        import_messages(
            office.deps,
            mailbox_id,
            place,
            actor=COMMAND_LINE,
            on_progress=lambda done, total: None,
        )
        return sorted(rows(office))

    return bring_


def rows(office: Office) -> dict[int, MessageRow]:
    with office.deps.store.read() as db:
        return {row.id: row for row in db.scalars(select(MessageRow))}


def bytes_of(office: Office, row_id: int) -> bytes | None:
    with office.deps.store.read() as db:
        return raw_bytes(db, row_id)


def mail(*headers: bytes, body: bytes = b"Hello\r\n") -> bytes:
    return b"\r\n".join([*headers, b"", body])


def dated(day: int, body: bytes = b"Hello\r\n") -> bytes:
    """A message like the others, but for its date."""
    date = b"Date: Mon, %02d Jan 2024 08:00:00 +0000" % day
    return mail(b"Message-ID: <same@x>", date, body=body)


def fetched(uid: int, raw: bytes, *flags: str, arrived_at: datetime = NOW) -> NewMessage:
    return NewMessage(
        uid=uid,
        flags=frozenset(flags),
        arrived_at=arrived_at,
        raw=raw,
        digest=digest_of(raw),
        headers=read_headers(raw),
    )


def match(office: Office, mailbox_id: int, *messages: NewMessage) -> dict[int, int]:
    with office.deps.store.write() as db:
        folder = folder_id(db, mailbox_id, "Archive")
        return match_imported(db, mailbox_id, folder, messages)


def test_a_message_gets_the_place_that_the_server_has_for_it(
    office: Office, mailbox_id: int, bring: Callable[..., list[int]]
):
    (row_id,) = bring(mails.message(1))

    given = match(office, mailbox_id, fetched(7, mails.message(1), SEEN, "\\Flagged"))

    row = rows(office)[row_id]
    with office.deps.store.read() as db:
        archive = folder_id(db, mailbox_id, "Archive")
    assert given == {7: row_id}
    assert (row.uid, row.folder_id, row.arrived_at) == (7, archive, NOW)
    assert (row.seen, row.server_seen, row.flags) == (True, True, "\\Flagged \\Seen")
    # From now on it is like any other, but for what was said.
    assert row.imported_at is None
    assert row.no_uid_said_at is not None


def test_others_are_left_alone(office: Office, mailbox_id: int, bring: Callable[..., list[int]]):
    bring(mails.message(1))
    other = office.person("bob@example.org").mailbox_id
    assert other is not None

    assert match(office, mailbox_id, fetched(1, mails.message(2))) == {}
    assert match(office, other, fetched(1, mails.message(1))) == {}


def test_one_that_was_found_is_not_found_again(
    office: Office, mailbox_id: int, bring: Callable[..., list[int]]
):
    bring(mails.message(1))
    match(office, mailbox_id, fetched(1, mails.message(1)))

    assert match(office, mailbox_id, fetched(2, mails.message(1))) == {}


def test_two_copies_on_the_server_are_two_messages(
    office: Office, mailbox_id: int, bring: Callable[..., list[int]]
):
    (row_id,) = bring(mails.message(1))

    given = match(office, mailbox_id, fetched(4, mails.message(1)), fetched(5, mails.message(1)))

    assert given == {4: row_id}


@pytest.mark.parametrize("order", [(1, 15), (15, 1)])
@pytest.mark.parametrize("together", [True, False])
def test_the_date_decides_between_equals(
    office: Office,
    mailbox_id: int,
    bring: Callable[..., list[int]],
    order: tuple[int, int],
    together: bool,
):
    first, second = bring(dated(1), dated(15))

    messages = [fetched(day, dated(day)) for day in order]
    given: dict[int, int] = {}
    for batch in [messages] if together else [[each] for each in messages]:
        given |= match(office, mailbox_id, *batch)

    assert given == {1: first, 15: second}


def test_one_of_another_date_is_another_message(
    office: Office, mailbox_id: int, bring: Callable[..., list[int]]
):
    bring(dated(1))

    assert match(office, mailbox_id, fetched(1, dated(15))) == {}


def test_one_of_another_size_is_another_message(
    office: Office, mailbox_id: int, bring: Callable[..., list[int]]
):
    bring(dated(1))

    assert match(office, mailbox_id, fetched(1, dated(1, b"Hello again\r\n"))) == {}


def test_without_dates_the_nearest_arrival_decides_then_the_oldest_row(
    office: Office, mailbox_id: int, bring: Callable[..., list[int]]
):
    texts = [mail(b"Message-ID: <same@x>", body=b"%d\r\n" % number) for number in range(4)]
    first, second, third = bring(*texts[:3])
    with office.deps.store.write() as db:
        for row_id, hours in ((first, 9), (second, 9), (third, 2)):
            db.get_one(MessageRow, row_id).arrived_at = NOW - timedelta(hours=hours)

    given = [match(office, mailbox_id, fetched(uid, texts[3])) for uid in (1, 2, 3)]

    assert given == [{1: third}, {2: first}, {3: second}]


def test_without_message_id_only_the_bytes_tell(
    office: Office, mailbox_id: int, bring: Callable[..., list[int]]
):
    one, two, three = (mail(b"Subject: %d" % number) for number in range(3))
    ids = {rows(office)[row_id].digest: row_id for row_id in bring(one, two)}

    given = match(office, mailbox_id, fetched(1, three), fetched(2, two), fetched(3, one))

    assert given == {2: ids[digest_of(two)], 3: ids[digest_of(one)]}


def test_the_bytes_are_the_servers_then(
    office: Office, mailbox_id: int, bring: Callable[..., list[int]]
):
    (row_id,) = bring(dated(1, b"as filed\r\n"))
    with office.deps.store.write() as db:
        db.get_one(MessageRow, row_id).examined_at = NOW
        db.add(MessageContentsRow(message_id=row_id, preview="as filed"))
    served = dated(1, b"as heard\r\n")

    match(office, mailbox_id, fetched(1, served))

    row = rows(office)[row_id]
    assert bytes_of(office, row_id) == served
    assert (row.digest, row.size, row.examined_at) == (digest_of(served), len(served), None)
    with office.deps.store.read() as db:
        assert db.get(MessageContentsRow, row_id) is None


@pytest.mark.parametrize("waits", [True, False])
def test_a_click_that_waits_to_be_sent_holds(
    office: Office, mailbox_id: int, bring: Callable[..., list[int]], waits: bool
):
    (row_id,) = bring(mails.message(1))
    with office.deps.store.write() as db:
        row = db.get_one(MessageRow, row_id)
        row.seen, row.server_seen = False, False
        if waits:
            db.add(
                ReadChangeRow(
                    message_id=row_id, mailbox_id=mailbox_id, seen=False, clicked_at=NOW, actor="x"
                )
            )

    match(office, mailbox_id, fetched(1, mails.message(1), SEEN))

    row = rows(office)[row_id]
    assert (row.seen, row.server_seen) == (not waits, True)


def test_what_the_server_refuses_is_nothing_to_match(
    office: Office, mailbox_id: int, bring: Callable[..., list[int]]
):
    bring(b"")
    refused = NewMessage(
        uid=1,
        flags=frozenset(),
        arrived_at=NOW,
        raw=b"",
        digest=digest_of(b""),
        headers=read_headers(b""),
        refused_at=NOW,
    )

    assert match(office, mailbox_id, refused) == {}


@pytest.mark.parametrize("same", [True, False])
def test_a_big_message_is_found_when_it_is_whole(
    office: Office,
    mailbox_id: int,
    bring: Callable[..., list[int]],
    monkeypatch: pytest.MonkeyPatch,
    same: bool,
):
    monkeypatch.setattr(weighing, "BIG_BYTES", 100)
    monkeypatch.setattr(weighing, "PART_BYTES", 50)
    (row_id,) = bring(dated(1, b"x" * 500))
    served = dated(1, (b"x" if same else b"y") * 500)
    with office.deps.store.write() as db:
        folder = folder_id(db, mailbox_id, "Archive")
        big = begin_big(db, mailbox_id, folder, fetched(9, served, SEEN), size=len(served))
        before = match_imported(db, mailbox_id, folder, [])
        for number, start in enumerate(range(0, len(served), 200)):
            add_part(db, big, number, served[start : start + 200])
        complete_big(db, big, size=len(served), digest=digest_of(served))

        found = match_big(db, big)

    row = rows(office)[row_id]
    assert (before, found) == ({}, row_id)
    assert list(rows(office)) == [row_id]
    assert bytes_of(office, row_id) == served
    assert (row.uid, row.folder_id, row.seen, row.imported_at) == (9, folder, True, None)


def test_a_big_message_that_nobody_imported_stays_as_it_is(
    office: Office, mailbox_id: int, bring: Callable[..., list[int]]
):
    bring(dated(2))
    served = dated(1, b"x" * 500)
    with office.deps.store.write() as db:
        folder = folder_id(db, mailbox_id, "Archive")
        big = begin_big(db, mailbox_id, folder, fetched(9, served), size=len(served))
        add_part(db, big, 0, served)
        complete_big(db, big, size=len(served), digest=digest_of(served))

        assert match_big(db, big) is None

    assert rows(office)[big].uid == 9


def test_that_they_were_found_is_one_entry():
    one = backfilled_entry(1, "INBOX", 3, actor=COMMAND_LINE, run_id=5)
    many = backfilled_entry(1200, "INBOX", 3, actor=COMMAND_LINE, run_id=5)

    assert (
        one.message == "One imported message was found in INBOX on the server. It has its UID now."
    )
    assert many.message.startswith("1,200 imported messages were found in INBOX")
    assert (many.code, many.detail) == (
        "read_status.backfilled",
        {"folder": "INBOX", "count": 1200},
    )
