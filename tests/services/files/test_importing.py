"""Imports into a mailbox: nothing twice, nothing lost, in bounded pieces, killed or not."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.services.files import importing, weighing
from mailboxadmin.services.files.importing import Imported, import_messages
from mailboxadmin.services.overview.activity import Filter, read_page
from mailboxadmin.store.bytes import raw_bytes
from mailboxadmin.store.folders import folder_id
from mailboxadmin.store.store import Store
from mailboxadmin.store.tables_mail import FolderRow, MessageRow
from tests.support import mails
from tests.support.odd_mails import odd
from tests.support.office import Office

FROM = b"From ann@example.org Mon Jan  8 08:00:00 2024\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "old.mbox"


@pytest.fixture
def mailbox_id(office: Office) -> int:
    person = office.person("anna@example.org")
    assert person.mailbox_id is not None
    return person.mailbox_id


def put(file: Path, *raws: bytes) -> Path:
    file.write_bytes(b"".join(FROM + raw.replace(b"\r\n", b"\n") + b"\n" for raw in raws))
    return file


def bring(office: Office, mailbox_id: int, path: Path) -> Imported:
    return import_messages(
        office.deps, mailbox_id, path, actor=COMMAND_LINE, on_progress=lambda done, total: None
    )


def rows(office: Office) -> list[MessageRow]:
    with office.deps.store.read() as db:
        return list(db.scalars(select(MessageRow).order_by(MessageRow.id)))


def raws(office: Office) -> list[bytes | None]:
    with office.deps.store.read() as db:
        return [raw_bytes(db, row.id) for row in rows(office)]


def counts(done: Imported) -> tuple[int, int, int]:
    return done.imported, done.here, done.unreadable


def mail(*headers: bytes, body: bytes = b"Hello\r\n") -> bytes:
    return b"\r\n".join([*headers, b"", body])


def test_a_row_has_what_a_sync_would_have_stored_but_for_the_uid(
    office: Office, mailbox_id: int, file: Path
):
    bring(office, mailbox_id, put(file, mails.message(1)))

    (row,) = rows(office)
    assert raws(office) == [mails.message(1)]
    assert (row.uid, row.message_id) == (None, mails.message_id(1))
    assert row.digest == hashlib.sha256(mails.message(1)).digest()
    assert row.imported_at == row.no_uid_said_at == office.clock.now()
    assert row.arrived_at == datetime(2024, 1, 8, 8, 0, tzinfo=UTC)
    assert (row.examined_at, row.expected_size, row.removed_at) == (None, None, None)


def test_the_same_message_twice_in_a_file_is_one(office: Office, mailbox_id: int, file: Path):
    done = bring(office, mailbox_id, put(file, mails.message(1), mails.message(1)))

    assert counts(done) == (1, 1, 0)


def test_one_id_and_size_with_another_date_is_another_message(
    office: Office, mailbox_id: int, file: Path
):
    one, other = (
        mail(b"Message-ID: <same@x>", b"Date: Mon, 0%d Jan 2024 08:00:00 +0000" % day)
        for day in (1, 8)
    )

    done = bring(office, mailbox_id, put(file, one, other, one))

    assert counts(done) == (2, 1, 0)


def test_one_id_size_and_date_is_the_same_message(office: Office, mailbox_id: int, file: Path):
    header = (b"Message-ID: <same@x>", b"Date: Mon, 01 Jan 2024 08:00:00 +0000")

    done = bring(
        office,
        mailbox_id,
        put(file, mail(*header, body=b"one\r\n"), mail(*header, body=b"two\r\n")),
    )

    assert counts(done) == (1, 1, 0)


def test_one_id_and_size_without_a_date_is_the_same_message_only_by_its_bytes(
    office: Office, mailbox_id: int, file: Path
):
    one, other = (mail(b"Message-ID: <same@x>", body=body) for body in (b"one\r\n", b"two\r\n"))

    done = bring(office, mailbox_id, put(file, one, other, one))

    assert counts(done) == (2, 1, 0)


def test_what_another_mailbox_has_is_not_here(office: Office, mailbox_id: int, file: Path):
    other = office.person("bob@example.org").mailbox_id
    assert other is not None
    put(file, mails.message(1))

    both = bring(office, mailbox_id, file), bring(office, other, file)

    assert [counts(done) for done in both] == [(1, 0, 0), (1, 0, 0)]


def test_what_is_stored_while_it_goes_on_is_here(
    office: Office, mailbox_id: int, file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(weighing, "BATCH_MESSAGES", 1)
    put(file, *mails.generate(4))
    inner: list[Imported] = []

    def meanwhile(done: int, total: int) -> None:
        if not inner:
            inner.append(bring(office, mailbox_id, file))

    outer = import_messages(
        office.deps, mailbox_id, file, actor=COMMAND_LINE, on_progress=meanwhile
    )

    assert (counts(outer), counts(inner[0])) == ((1, 3, 0), (3, 1, 0))


def test_every_odd_message_is_stored_byte_for_byte(office: Office, mailbox_id: int, tmp_path: Path):
    for number, raw in enumerate(odd().values()):
        (tmp_path / f"{number:02}.eml").write_bytes(raw)

    done = bring(office, mailbox_id, tmp_path)

    expected = {raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for raw in odd().values()}
    assert set(raws(office)) == expected
    assert done.imported + done.here == len(odd())
    assert done.unreadable == sum(row.problem is not None for row in rows(office)) > 0


def test_subfolders_find_the_folder_that_is_here(office: Office, mailbox_id: int, tmp_path: Path):
    with office.deps.store.write() as db:
        folder_id(db, mailbox_id, "INBOX.Archive.2024")
    for number, folder in enumerate((".Archive.2024", ".Sent", "")):
        place = tmp_path / folder / "cur"
        place.mkdir(parents=True)
        (place / f"{number}.a:2,S").write_bytes(b"Subject: %d\n\nHello\n" % number)

    done = bring(office, mailbox_id, tmp_path)

    assert done.folders == {"INBOX", "INBOX.Archive.2024", "Sent"}
    assert all(row.seen and row.server_seen and row.flags == "\\Seen" for row in rows(office))


def test_no_folder_is_made_for_what_is_here_already(
    office: Office, mailbox_id: int, file: Path, tmp_path: Path
):
    bring(office, mailbox_id, put(file, mails.message(1)))
    (tmp_path / "Other").mkdir()
    (tmp_path / "Other" / "1.eml").write_bytes(mails.message(1))

    bring(office, mailbox_id, tmp_path / "Other")
    bring(office, mailbox_id, tmp_path)

    with office.deps.store.read() as db:
        assert list(db.scalars(select(FolderRow.name))) == ["INBOX"]


def test_a_date_that_is_still_to_come_is_no_arrival(
    office: Office, mailbox_id: int, tmp_path: Path
):
    later = office.clock.now() + timedelta(days=400)
    (tmp_path / "a.eml").write_bytes(mail(b"Date: " + later.strftime("%d %b %Y").encode()))
    (tmp_path / "b.eml").write_bytes(mail(b"Date: Mon, 01 Jan 2024 08:00:00 +0000"))

    bring(office, mailbox_id, tmp_path)

    assert [row.arrived_at for row in rows(office)] == [
        office.clock.now(),
        datetime(2024, 1, 1, 8, 0, tzinfo=UTC),
    ]


def test_what_was_said_can_be_searched(office: Office, mailbox_id: int, file: Path):
    bring(office, mailbox_id, put(file, *mails.generate(3)))

    page = read_page(office.deps, Filter(mailbox_id=mailbox_id, text="has no UID stored"))

    assert len(page.entries) == 3


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message is big from 5,000 bytes on, and its parts are small."""
    monkeypatch.setattr(weighing, "BIG_BYTES", 5000)
    monkeypatch.setattr(weighing, "PART_BYTES", 1000)
    monkeypatch.setattr(weighing, "BATCH_BYTES", 3000)
    monkeypatch.setattr(weighing, "BATCH_MESSAGES", 3)


BIG = mail(b"Subject: big", b"Message-ID: <big@x>", body=b"0123456789abcdef\r\n" * 1000)


@pytest.mark.usefixtures("small_parts")
def test_a_big_message_lies_in_parts(office: Office, mailbox_id: int, file: Path):
    done = bring(office, mailbox_id, put(file, mails.message(1), BIG, mails.message(2), BIG))

    assert counts(done) == (3, 1, 0)
    assert sorted(raws(office)) == sorted([mails.message(1), BIG, mails.message(2)])
    (row,) = [row for row in rows(office) if row.message_id == "<big@x>"]
    assert (row.size, row.digest) == (len(BIG), hashlib.sha256(BIG).digest())
    assert (row.expected_size, row.no_uid_said_at) == (None, office.clock.now())


class Killed(BaseException):
    """Raised where a process would have ended."""


@contextmanager
def killed_after(commits: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """End as a killed process does, right after so many commits."""
    left = [commits]
    write = Store.write

    @contextmanager
    def counted(self: Store, *, background: bool = False) -> Iterator[Session]:
        with write(self, background=background) as db:
            yield db
        left[0] -= 1
        if not left[0]:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", counted)
        yield


@pytest.mark.usefixtures("small_parts")
def test_killed_after_any_commit_and_started_again_it_ends_alike(
    open_office: Callable[..., Office],
    instance_copy: Callable[[], Path],
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    # A short, a big and an odd one, and one that is there twice.
    put(file, *mails.generate(5), BIG, mail(b"", body=b"no header"), mails.message(2))
    ends = []
    for commits in range(40):
        office = open_office(folder=instance_copy())
        mailbox_id = office.person("anna@example.org").mailbox_id
        assert mailbox_id is not None
        with killed_after(commits, monkeypatch):
            try:
                whole = bring(office, mailbox_id, file)
            except Killed:
                whole = None
        if whole is None:
            bring(office, mailbox_id, file)
        ends.append(state(office, mailbox_id))
        if whole is not None and commits:
            break

    assert 10 < len(ends) < 40
    assert all(end == ends[0] for end in ends)


def state(office: Office, mailbox_id: int) -> dict[str, object]:
    """What is stored and said, but for the keys; the imports' own counts summed up."""
    columns = set(MessageRow.__table__.columns.keys()) - {"id", "mailbox_id", "folder_id"}
    entries = read_page(office.deps, Filter(mailbox_id=mailbox_id), limit=500).entries
    imports = [each.detail for each in entries if each.code == "mailbox.imported"]
    said = [each.detail["message"] for each in entries if each.code == "read_status.no_uid"]
    return {
        "rows": sorted(
            str([getattr(row, name) for name in sorted(columns)]) for row in rows(office)
        ),
        "bytes": sorted(raw or b"" for raw in raws(office)),
        "said": sorted(said) == sorted(row.id for row in rows(office)),
        "quarantined": sum(each.code == "message.quarantined" for each in entries),
        "imported": sum(each["imported"] for each in imports),
        "unreadable": sum(each["unreadable"] for each in imports),
    }


@pytest.mark.usefixtures("small_parts")
def test_a_big_message_that_was_changed_meanwhile_leaves_nothing_half(
    office: Office, mailbox_id: int, file: Path, monkeypatch: pytest.MonkeyPatch
):
    put(file, mails.message(1), BIG)
    begin = importing.rows.begin_import

    def changed(*arguments: object) -> tuple[int, int]:
        text = file.read_bytes()
        file.write_bytes(text[:-10] + b"X" * 10)
        return begin(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(importing.rows, "begin_import", changed)

    with pytest.raises(importing.ImportFailed, match="was changed"):
        bring(office, mailbox_id, file)

    assert raws(office) == [mails.message(1)]


@pytest.mark.usefixtures("small_parts")
def test_memory_holds_neither_the_file_nor_a_big_message(
    office: Office, mailbox_id: int, file: Path, monkeypatch: pytest.MonkeyPatch
):
    pieces: list[int] = []
    put(file, BIG * 20, *mails.generate(10))
    whole = importing.rows.add_import_parts

    def counted(db: Session, row_id: int, number: int, parts: list[bytes]) -> None:
        pieces.append(sum(map(len, parts)))
        whole(db, row_id, number, parts)

    monkeypatch.setattr(importing.rows, "add_import_parts", counted)
    bring(office, mailbox_id, file)

    assert sum(pieces) >= len(BIG) * 20
    # What one read gives comes on top.
    assert max(pieces) <= weighing.BATCH_BYTES + 2 * 256 * 1024


def test_a_killed_import_leaves_what_was_stored_and_said(
    office: Office, mailbox_id: int, file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(weighing, "BATCH_MESSAGES", 2)
    put(file, *mails.generate(5))

    with killed_after(1, monkeypatch), pytest.raises(Killed):
        bring(office, mailbox_id, file)

    (entry,) = read_page(office.deps, Filter(code="mailbox.imported")).entries
    assert (len(rows(office)), entry.detail["imported"]) == (2, 2)
