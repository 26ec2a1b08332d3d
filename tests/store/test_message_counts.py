"""What a folder says of its messages is what its rows say, whatever is done to them."""

import random
from collections.abc import Callable
from pathlib import Path

import flask_migrate
import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from mailboxadmin.store.message_counts import count_added
from mailboxadmin.store.schema import HEAD, MIGRATIONS
from mailboxadmin.store.tables_mail import FolderRow, MessageRow
from tests.support.dump import miscounted
from tests.support.office import Office

FOLDERS = (1, 2, 3)
SEED = 20260302


@pytest.fixture
def folders(office: Office) -> Office:
    """An office with three empty folders of one mailbox."""
    mailbox_id = office.person("anna@example.org").mailbox_id
    with office.deps.store.write() as db:
        db.add_all(FolderRow(id=each, mailbox_id=mailbox_id, name=f"{each}") for each in FOLDERS)
    return office


def message(office: Office, folder_id: int, **columns: object) -> dict[str, object]:
    plain = {"arrived_at": office.clock.now(), "size": 1, "digest": b""}
    return {
        "mailbox_id": 1,
        "folder_id": folder_id,
        "seen": False,
        "server_seen": False,
        **plain,
        **columns,
    }


def add(db: Session, rows: list[dict[str, object]]) -> None:
    """As the product adds them."""
    db.execute(insert(MessageRow), rows)
    count_added(db, [row["folder_id"] for row in rows if row.get("removed_at") is None])  # type: ignore[misc]


def counts(office: Office) -> dict[int, int]:
    with office.deps.store.read() as db:
        assert miscounted(db) == []
        return {row.id: row.messages for row in db.scalars(select(FolderRow))}


def test_each_way_a_row_changes_is_counted(folders: Office):
    now, store = folders.clock.now(), folders.deps.store
    with store.write() as db:
        add(db, [message(folders, 1, id=number) for number in range(1, 6)])
        add(db, [message(folders, 2, removed_at=now)])
    stored = counts(folders)
    with store.write() as db:
        # Some of them twice, as a sync does that is run again.
        for _ in range(2):
            db.execute(update(MessageRow).where(MessageRow.id <= 2).values(removed_at=now))
    removed = counts(folders)
    with store.write() as db:
        db.execute(update(MessageRow).where(MessageRow.id == 1).values(removed_at=None))
        db.execute(update(MessageRow).where(MessageRow.id == 3).values(folder_id=2))
        # From a folder it was removed in to one in which it is.
        row = db.get_one(MessageRow, 2)
        row.folder_id, row.removed_at = 3, None
    moved = counts(folders)
    with store.write() as db:
        db.execute(delete(MessageRow).where(MessageRow.folder_id == 1))
    deleted = counts(folders)

    assert stored == {1: 5, 2: 0, 3: 0}
    assert removed == {1: 3, 2: 0, 3: 0}
    assert moved == {1: 3, 2: 1, 3: 1}
    assert deleted == {1: 0, 2: 1, 3: 1}


def test_what_is_undone_was_never_counted(folders: Office):
    with pytest.raises(ZeroDivisionError), folders.deps.store.write() as db:
        add(db, [message(folders, 1)])
        _ = 1 / 0

    assert counts(folders) == {1: 0, 2: 0, 3: 0}


def test_a_folder_that_goes_takes_its_messages_along(folders: Office):
    with folders.deps.store.write() as db:
        add(db, [message(folders, each) for each in FOLDERS])
        db.delete(db.get_one(FolderRow, 2))

    assert counts(folders) == {1: 1, 3: 1}


def test_whatever_happens_the_counts_are_those_of_the_rows(folders: Office):
    rng = random.Random(SEED)

    for _ in range(60):
        with folders.deps.store.write() as db:
            for _ in range(rng.randint(1, 6)):
                change_something(folders, db, rng)
        counts(folders)


def change_something(office: Office, db: Session, rng: random.Random) -> None:
    some = MessageRow.id.in_(rng.sample(range(1, 60), 12))
    removed_at = rng.choice([None, office.clock.now()])
    changes: list[Callable[[], object]] = [
        lambda: add(
            db,
            [message(office, rng.choice(FOLDERS), removed_at=removed_at) for _ in range(5)],
        ),
        lambda: db.execute(update(MessageRow).where(some).values(removed_at=removed_at)),
        lambda: db.execute(
            update(MessageRow)
            .where(some)
            .values(removed_at=removed_at, folder_id=rng.choice(FOLDERS))
        ),
        lambda: db.execute(update(MessageRow).where(some).values(seen=True)),
        lambda: db.execute(delete(MessageRow).where(some)),
    ]
    rng.choice(changes)()


def test_an_older_database_is_counted_when_it_is_brought_up_to_date(
    folders: Office, instance: Path
):
    with folders.deps.store.write() as db:
        rows = [message(folders, 1), message(folders, 1), message(folders, 2)]
        add(db, rows)
        add(db, [message(folders, 1, removed_at=folders.clock.now())])
    with folders.app.app_context():
        flask_migrate.downgrade(directory=str(MIGRATIONS), revision="0002")
        with folders.deps.store.read() as db:
            before = {row.name for row in db.execute(text("PRAGMA table_info(folders)"))}
        flask_migrate.upgrade(directory=str(MIGRATIONS), revision=HEAD)

    assert "messages" not in before
    assert counts(folders) == {1: 2, 2: 1, 3: 0}
