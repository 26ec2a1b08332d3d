"""Messages as rows: batches, and knowing them again by their bytes."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from mailboxadmin.domain.headers import read_headers
from mailboxadmin.store import folders, messages, presence
from mailboxadmin.store.messages import NewMessage, digest_of
from mailboxadmin.store.store import Store
from mailboxadmin.store.tables_mail import MessageRow
from tests.support import mails
from tests.support.office import Office

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Folder:
    """One folder of one mailbox."""

    def __init__(self, store: Store, mailbox_id: int) -> None:
        self.store = store
        self.mailbox_id = mailbox_id
        with store.write() as db:
            self.id = folders.folder_id(db, mailbox_id, "INBOX")

    def add(self, letters: dict[int, bytes], *flags: str) -> list[int]:
        """Store these letters by UID; the UIDs of those that were new."""
        batch = [
            NewMessage(
                uid=uid,
                flags=frozenset(flags),
                arrived_at=NOW,
                raw=raw,
                digest=digest_of(raw),
                headers=read_headers(raw),
            )
            for uid, raw in letters.items()
        ]
        with self.store.write() as db:
            fresh = messages.add_messages(db, self.mailbox_id, self.id, batch)
        return [message.uid for message in fresh]

    def rows(self) -> list[MessageRow]:
        with self.store.read() as db:
            return list(db.scalars(select(MessageRow).order_by(MessageRow.id)))

    def mark_removed(self, *uids: int) -> None:
        with self.store.write() as db:
            presence.set_presence(db, self.id, uids, removed_at=NOW)

    def forget(self) -> int:
        with self.store.write() as db:
            return presence.forget_uids(db, self.id)


@pytest.fixture
def folder(office: Office) -> Folder:
    person = office.person("ann@example.org")
    assert person.mailbox_id is not None
    return Folder(office.deps.store, person.mailbox_id)


def test_a_batch_is_stored_whatever_the_order_of_its_uids(folder: Folder):
    new = folder.add({9: mails.message(9), 3: mails.message(3), 7: mails.message(7)})

    assert sorted(new) == [3, 7, 9]
    assert {row.uid: row.message_id for row in folder.rows()} == {
        uid: mails.message_id(uid) for uid in (3, 7, 9)
    }


def test_more_uids_than_one_statement_takes_are_marked(folder: Folder):
    folder.add({uid: b"Subject: %d\r\n\r\n" % uid for uid in range(1, 1202)})

    folder.mark_removed(*range(1, 1201))

    assert [row.uid for row in folder.rows() if row.removed_at is None] == [1201]


def test_forgotten_uids_are_given_again_by_the_bytes(folder: Folder):
    folder.add({1: mails.message(1), 2: mails.message(2)})
    ids = {row.message_id: row.id for row in folder.rows()}

    forgotten = folder.forget()
    new = folder.add({11: mails.message(2), 12: mails.message(1), 13: mails.message(3)})

    assert (forgotten, new) == (2, [13])
    assert {row.message_id: row.id for row in folder.rows()}.items() >= ids.items()
    assert {row.uid for row in folder.rows()} == {11, 12, 13}


def test_of_two_alike_the_one_that_is_there_is_known_before_the_removed_one(folder: Folder):
    folder.add({1: mails.message(1), 2: mails.message(1)})
    folder.mark_removed(1)
    there = next(row.id for row in folder.rows() if row.removed_at is None)

    folder.forget()
    folder.add({5: mails.message(1)})

    assert [(row.id, row.removed_at) for row in folder.rows() if row.uid == 5] == [(there, None)]


def test_a_message_known_again_keeps_a_click_unless_the_server_changed(folder: Folder):
    folder.add({1: mails.message(1)})
    with folder.store.write() as db:
        db.get_one(MessageRow, 1).seen = True

    folder.forget()
    folder.add({1: mails.message(1)})
    clicked = folder.rows()[0].seen
    folder.forget()
    folder.add({1: mails.message(1)}, "\\Seen", "\\Recent")

    (row,) = folder.rows()
    assert clicked
    assert (row.seen, row.server_seen, row.flags) == (True, True, "\\Seen")
