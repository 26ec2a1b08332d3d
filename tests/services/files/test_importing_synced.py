"""Import and sync together, on a real server: each message once, and the server's in the end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.run import Counts, Outcome
from mailboxadmin.services.files import importing, weighing
from mailboxadmin.services.files.importing import Imported, import_messages
from mailboxadmin.services.new_mail import big, fetch
from mailboxadmin.services.reading.messages import mark_messages
from mailboxadmin.store.bytes import raw_bytes
from mailboxadmin.store.tables_mail import FolderRow, MessageRow
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.stored import codes, entries, stored

SEEN = "\\Seen"


@pytest.fixture
def box(office: Office, dovecot: Dovecot) -> Box:
    box = office.mailbox(server=dovecot, folders=("INBOX", "Archive"))
    dovecot.create_folder(box.account, "Archive")
    return box


@pytest.fixture
def bring(office: Office, box: Box, tmp_path: Path) -> Callable[..., Imported]:
    """Import messages from an mbox."""

    def bring_(*raws: bytes) -> Imported:
        file = tmp_path / "old.mbox"
        separator = b"From ann@example.org Mon Jan  8 08:00:00 2024\n"
        file.write_bytes(b"".join(separator + raw.replace(b"\r\n", b"\n") + b"\n" for raw in raws))
        return import_messages(
            office.deps, box.id, file, actor=COMMAND_LINE, on_progress=lambda done, total: None
        )

    return bring_


def rows(office: Office, box: Box) -> list[tuple[int, str, int | None, str | None]]:
    """Id, folder, UID and Message-ID of every message, by id."""
    with office.deps.store.read() as db:
        found = db.execute(
            select(MessageRow.id, FolderRow.name, MessageRow.uid, MessageRow.message_id)
            .join(FolderRow, FolderRow.id == MessageRow.folder_id)
            .where(MessageRow.mailbox_id == box.id)
            .order_by(MessageRow.id)
        )
        return [(row_id, name, uid, text) for row_id, name, uid, text in found]


def test_imported_messages_get_their_uids_and_are_neither_new_nor_changed(
    office: Office, dovecot: Dovecot, box: Box, bring: Callable[..., Imported]
):
    bring(*(mails.message(number) for number in range(3)))
    before = rows(office, box)
    dovecot.deliver(box.account, mails.message(1), seen=True)
    dovecot.deliver(box.account, mails.message(9))
    dovecot.deliver(box.account, mails.message(2), "Archive")

    report = office.sync(box)

    assert (report.outcome, report.counts) == (Outcome.OK, Counts(new=1))
    assert [each[0] for each in rows(office, box)][:3] == [each[0] for each in before]
    assert {each[3]: each[1:3] for each in rows(office, box)} == {
        mails.message_id(0): ("INBOX", None),
        mails.message_id(1): ("INBOX", 1),
        mails.message_id(9): ("INBOX", 2),
        mails.message_id(2): ("Archive", 1),
    }
    assert {each.uid for each in stored(office, box) if each.seen} == {1}
    found = entries(office, box, "read_status.backfilled")
    assert sorted((each.detail["folder"], each.detail["count"]) for each in found) == [
        ("Archive", 1),
        ("INBOX", 1),
    ]


def test_what_is_not_on_the_server_stays_and_is_never_called_removed(
    office: Office, dovecot: Dovecot, box: Box, bring: Callable[..., Imported]
):
    dovecot.deliver(box.account, mails.message(5))
    office.sync(box)
    bring(mails.message(0))

    for _ in range(2):
        dovecot.deliver(box.account, mails.message(6))
        dovecot.expunge(box.account, "INBOX", [1])
        office.sync(box)

    (kept,) = [each for each in stored(office, box) if each.uid is None]
    assert (kept.removed, kept.raw) == (False, mails.message(0))
    assert codes(office, box, "read_status.no_uid") == ["read_status.no_uid"]


def test_it_survives_that_the_folder_is_numbered_anew(
    office: Office, dovecot: Dovecot, box: Box, bring: Callable[..., Imported]
):
    bring(mails.message(0), mails.message(1))
    dovecot.deliver(box.account, mails.message(1))
    office.sync(box)

    dovecot.change_uid_validity(box.account)
    dovecot.deliver(box.account, mails.message(0))
    report = office.sync(box)

    assert report.counts == Counts()
    assert sorted((text, uid) for _, _, uid, text in rows(office, box)) == [
        (mails.message_id(0), 2),
        (mails.message_id(1), 1),
    ]
    assert not any(each.removed for each in stored(office, box))


def test_the_same_message_id_on_two_days_finds_each_its_own(
    office: Office, dovecot: Dovecot, box: Box, bring: Callable[..., Imported]
):
    days = [
        b"Message-ID: <same@x>\r\nDate: Mon, %02d Jan 2024 08:00:00 +0000\r\n\r\nHi\r\n" % day
        for day in (1, 8, 15)
    ]
    bring(*days)
    ids = {raw: row_id for raw, (row_id, *_) in zip(days, rows(office, box), strict=True)}
    for raw in (days[2], days[0], days[1]):
        dovecot.deliver(box.account, raw)

    office.sync(box)

    assert [(each.id, each.raw) for each in stored(office, box)] == [
        (ids[raw], raw) for raw in (days[2], days[0], days[1])
    ]


def test_what_was_synced_before_is_here_already(
    office: Office, dovecot: Dovecot, box: Box, bring: Callable[..., Imported]
):
    dovecot.deliver(box.account, mails.message(0).replace(b"\r\n", b"\n"))
    dovecot.deliver(box.account, mails.message(1))
    office.sync(box)

    done = bring(mails.message(0), mails.message(1), mails.message(2))

    assert (done.imported, done.here) == (1, 2)


def test_a_click_before_the_sync_holds(
    office: Office, dovecot: Dovecot, box: Box, bring: Callable[..., Imported]
):
    bring(mails.message(0))
    (row_id, *_) = rows(office, box)[0]
    mark_messages(office.deps, box.id, [row_id], seen=True, actor=COMMAND_LINE)
    dovecot.deliver(box.account, mails.message(0))

    office.sync(box)

    (message,) = stored(office, box)
    assert (message.uid, message.seen) == (1, True)
    assert dovecot.flags(box.account) == {1: frozenset()}


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages of five kilobytes are big already."""
    for module in (big, fetch, weighing):
        monkeypatch.setattr(module, "BIG_BYTES", 5000)
    monkeypatch.setattr(fetch, "BATCH_BYTES", 5000)
    for module in (big, weighing):
        monkeypatch.setattr(module, "PART_BYTES", 2000)


@pytest.mark.usefixtures("small_parts")
def test_a_big_message_that_a_sync_brings_meanwhile_is_here_once(
    office: Office,
    dovecot: Dovecot,
    box: Box,
    bring: Callable[..., Imported],
    monkeypatch: pytest.MonkeyPatch,
):
    text = b"Subject: big\r\nMessage-ID: <1@x>\r\n\r\n" + b"x\r\n" * 4000
    dovecot.deliver(box.account, text)
    in_parts = importing.in_parts

    def after_a_sync(pieces: Iterator[bytes]) -> Iterator[list[bytes]]:
        assert office.sync(box).counts == Counts(new=1)
        yield from in_parts(pieces)

    monkeypatch.setattr(importing, "in_parts", after_a_sync)

    done = bring(text)

    assert (done.imported, done.here) == (0, 1)
    assert [each[1:3] for each in rows(office, box)] == [("INBOX", 1)]


@pytest.mark.usefixtures("small_parts")
def test_big_messages_are_found_too(
    office: Office, dovecot: Dovecot, box: Box, bring: Callable[..., Imported]
):
    texts = [
        b"Subject: big\r\nMessage-ID: <%d@x>\r\n\r\n" % number + b"x%d\r\n" % number * 4000
        for number in range(2)
    ]
    bring(*texts)
    before = [each[0] for each in rows(office, box)]
    for text in texts:
        dovecot.deliver(box.account, text)

    report = office.sync(box)

    assert (report.outcome, report.counts) == (Outcome.OK, Counts())
    assert [(row_id, uid) for row_id, _, uid, _ in rows(office, box)] == [
        (before[0], 1),
        (before[1], 2),
    ]
    with office.deps.store.read() as db:
        assert [raw_bytes(db, row_id) for row_id in before] == texts
        assert list(db.scalars(select(MessageRow.imported_at))) == [None, None]
    found = entries(office, box, "read_status.backfilled")
    assert sum(each.detail["count"] for each in found) == 2
