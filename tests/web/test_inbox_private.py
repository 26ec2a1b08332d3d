"""Nobody else's mail is reached, by any address; not by an admin either."""

import random

import pytest
from sqlalchemy import select

from mailboxadmin.services.staff import people
from mailboxadmin.store.tables_inbox import ImageSenderRow, ShownImagesRow, UndoRow
from mailboxadmin.store.tables_mail import MessageRow
from tests.support.inbox import enclosing, fill, folder_of, reader
from tests.support.office import Office
from tests.support.visitor import Visitor

SECRET = "the-secret-of-anna"
FILES = enclosing(
    (f"{SECRET}.png", "image/png", b"\x89PNG" + SECRET.encode()), text=SECRET.encode()
).replace(b"Subject: files", f"Subject: {SECRET}".encode())

#: Every address of the inbox that names something.
ADDRESSES = (
    "/mail/{id}",
    "/mail/{id}?as=text",
    "/mail/{id}/body",
    "/mail/{id}/source",
    "/mail/{id}/message.eml",
    "/mail/{id}/parts/{part}",
    "/mail/{id}/parts/{part}?show=yes",
    "/mail?folder={folder}",
    "/mail?folder={folder}&show=unread",
    "/mail?folder=all&before=9999999999999999-{id}",
    "/mail?did={id}",
    "/mail/news?folder={folder}&signs=x",
)


@pytest.fixture
def message(office: Office) -> int:
    """Anna's one message."""
    anna = reader(office)
    return fill(office, anna, [FILES])[0]


@pytest.fixture
def stranger(office: Office, message: int, at_desk) -> Visitor:
    """Somebody else of the staff, with mail of their own."""
    ben = reader(office, "Ben Okoye")
    fill(office, ben, [FILES.replace(SECRET.encode(), b"of-ben")])
    return at_desk(ben.email)


def test_the_owner_reaches_it_all(office: Office, message: int, at_desk):
    visitor = at_desk("anna@example.org")

    for address in ADDRESSES[:2] + ADDRESSES[3:7]:
        answer = visitor.get(address.format(id=message, part=2, folder=1))
        assert answer.status_code == 200, address
        assert SECRET in answer.data.decode(errors="replace"), address


@pytest.mark.parametrize("address", ADDRESSES)
def test_somebody_else_does_not(office: Office, message: int, stranger: Visitor, address: str):
    folder = folder_of(office, people.person_by_email(office.deps, "anna@example.org"), "INBOX")

    answer = stranger.get(address.format(id=message, part=2, folder=folder))

    assert answer.status_code in (200, 404)
    assert SECRET not in answer.data.decode(errors="replace")


def test_an_admin_does_not(office: Office, message: int, at_desk):
    admin = at_desk("grace@example.org")

    for address in ADDRESSES:
        answer = admin.get(address.format(id=message, part=2, folder=1))
        assert SECRET not in answer.data.decode(errors="replace"), address


def test_who_was_deactivated_is_sent_to_the_door(office: Office, message: int, at_desk):
    visitor = at_desk("anna@example.org")
    anna = people.person_by_email(office.deps, "anna@example.org")
    people.disable_person(office.deps, anna.id, actor="grace@example.org")

    for address in ADDRESSES:
        answer = visitor.get(address.format(id=message, part=2, folder=1))
        assert answer.status_code == 302, address
        assert answer.location.startswith("/login")


def test_nothing_is_changed_by_somebody_else(office: Office, message: int, stranger: Visitor):
    anna = people.person_by_email(office.deps, "anna@example.org")
    folder = folder_of(office, anna, "INBOX")
    with office.deps.store.write() as db:
        undo = UndoRow(
            mailbox_id=anna.mailbox_id or 0,
            made_at=office.clock.now(),
            kind="seen",
            wanted=False,
            messages=[message],
        )
        db.add(undo)
        db.flush()
        undo_id = undo.id

    stranger.post("/mail/mark", form_at="/mail", id=str(message), do="read")
    stranger.post("/mail/mark", form_at="/mail", do="all-read", **{"in": str(folder)})
    stranger.post(f"/mail/undo/{undo_id}", form_at="/mail")
    refused = stranger.post(f"/mail/{message}/pictures", form_at="/mail", do="always")

    assert refused.status_code == 404
    with office.deps.store.read() as db:
        assert not db.get_one(MessageRow, message).seen
        assert db.get(UndoRow, undo_id)
        assert not db.scalars(select(ShownImagesRow)).all()
        assert not db.scalars(select(ImageSenderRow)).all()


@pytest.mark.parametrize("probes", [pytest.param(10_000, marks=pytest.mark.soak), 400])
def test_random_probes_find_nothing(office: Office, message: int, stranger: Visitor, probes: int):
    chance = random.Random(8)
    anna = people.person_by_email(office.deps, "anna@example.org")
    with office.deps.store.read() as db:
        own = set(db.scalars(select(MessageRow.id).where(MessageRow.mailbox_id != anna.mailbox_id)))
    ids = [message, 0, 10**17, *range(1, 12)]

    for _ in range(probes):
        probe = {
            "id": chance.choice(ids),
            "part": chance.randrange(5),
            "folder": chance.randrange(9),
        }
        shape = chance.choice(ADDRESSES)
        address = shape.format(**probe)
        answer = stranger.get(address)
        assert SECRET not in answer.data.decode(errors="replace"), address
        if shape.startswith("/mail/{id}") and probe["id"] not in own:
            assert answer.status_code == 404, address
