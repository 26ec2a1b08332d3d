"""Exporting one's own mail: whole, in bounded pieces, and nobody else's."""

import io
import mailbox
import zipfile

import pytest

from mailboxadmin.services.files import export_stream
from mailboxadmin.services.files.export_stream import ExportsGoOn, FileForm, begin_export
from mailboxadmin.services.files.importing import import_messages
from mailboxadmin.services.overview.activity import Filter, iter_entries
from mailboxadmin.store.folders import folder_id
from mailboxadmin.store.tables_mail import MessageBytesRow, MessagePartRow, MessageRow
from tests.support.examined import letter, put

RAWS = [
    letter("From the beginning\r\n>From here\r\nFromage"),
    letter("two"),
    b"Subject: no end of line\r\n\r\nlast",
]


@pytest.fixture
def ann(office):
    office.admin("grace@example.org")
    person = office.person("ann@example.org")
    put(office, person.mailbox_id, RAWS)
    put(office, person.mailbox_id, [letter("sent")], folder="../Sent/é")
    return person


def exported(office):
    return [entry.message for entry in iter_entries(office.deps, Filter(code="mailbox.exported"))]


def test_a_zip_holds_every_message_byte_for_byte(office, ann, at_desk):
    answer = at_desk("ann@example.org").post("/mail/export", format="zip")

    files = zipfile.ZipFile(io.BytesIO(answer.data))
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=mail-")
    assert files.testzip() is None
    assert sorted(files.namelist()) == [
        "%2E%2E%2FSent%2Fé/1000.eml",
        "INBOX/1000.eml",
        "INBOX/998.eml",
        "INBOX/999.eml",
    ]
    assert [files.read(f"INBOX/{uid}.eml") for uid in (1000, 999, 998)] == RAWS
    assert exported(office) == [
        "The messages were exported in the browser by ann@example.org: 4 in a zip file."
    ]


def test_an_mbox_is_read_by_others_and_by_ourselves(office, ann, at_desk, tmp_path):
    answer = at_desk("ann@example.org").post("/mail/export", format="mbox")
    file = tmp_path / "mail.mbox"
    file.write_bytes(answer.data)

    read = mailbox.mbox(file)
    bob = office.person("bob@example.org").mailbox_id
    import_messages(office.deps, bob, file, actor="test", on_progress=lambda *_: None)

    assert len(read) == 4
    with office.deps.store.read() as db:
        rows = db.query(MessageRow).filter_by(mailbox_id=bob).all()
        raws = {db.get_one(MessageBytesRow, row.id).raw.rstrip(b"\r\n") for row in rows}
    assert raws == {raw.rstrip(b"\r\n") for raw in [*RAWS, letter("sent")]}


def test_nobody_gets_the_mail_of_another(office, ann, at_desk, visitor):
    other = at_desk(office.person("other@example.org").email)
    answer = other.post("/mail/export", format="zip", mailbox_id=str(ann.mailbox_id))
    assert zipfile.ZipFile(io.BytesIO(answer.data)).namelist() == []
    admin = at_desk("grace@example.org")
    token = admin.token("/password")
    taken = admin.client.post("/mail/export", data={"csrf_token": token, "format": "zip"})
    assert (admin.get("/mail/export").status_code, taken.status_code) == (302, 404)
    assert visitor.get("/mail/export").status_code == 302
    assert visitor.post_without_token("/mail/export", format="zip").status_code != 200
    assert at_desk("ann@example.org").post_without_token("/mail/export").status_code == 400


@pytest.mark.parametrize("form", ["", "tar", "../x"])
def test_other_forms_are_refused(ann, at_desk, form):
    assert at_desk("ann@example.org").post("/mail/export", format=form).status_code == 400


def test_what_was_removed_or_is_not_whole_is_left_out(office, ann):
    with office.deps.store.write() as db:
        rows = db.query(MessageRow).order_by(MessageRow.id).all()
        rows[0].removed_at = office.clock.now()
        db.delete(db.get_one(MessageBytesRow, rows[1].id))

    export = begin_export(office.deps, ann.mailbox_id, FileForm.ZIP, actor="ann@example.org")
    names = zipfile.ZipFile(io.BytesIO(b"".join(export))).namelist()
    export.close()

    assert len(names) == 2


def test_a_big_message_goes_out_in_its_parts(office, ann):
    parts = [b"Subject: big\r\n\r\n", b"x" * 70_000, b"\r\nFrom y\r", b"\nend\r\n"]
    with office.deps.store.write() as db:
        row = db.query(MessageRow).order_by(MessageRow.id).first()
        db.delete(db.get_one(MessageBytesRow, row.id))
        for number, raw in enumerate(parts):
            db.add(MessagePartRow(message_id=row.id, number=number, raw=raw))
        folder_id(db, ann.mailbox_id, "INBOX")

    export = begin_export(office.deps, ann.mailbox_id, FileForm.MBOX, actor="ann@example.org")
    pieces = list(export)
    export.close()

    whole = b"".join(pieces)
    assert b"x" * 70_000 + b"\n>From y\nend\n" in whole
    assert max(map(len, pieces)) <= 70_000


def test_places_are_read_in_portions(office, ann, monkeypatch):
    monkeypatch.setattr(export_stream, "PORTION", 2)

    export = begin_export(office.deps, ann.mailbox_id, FileForm.ZIP, actor="ann@example.org")
    names = zipfile.ZipFile(io.BytesIO(b"".join(export))).namelist()
    export.close()

    assert len(names) == 4


def test_who_goes_away_half_way_makes_room_and_is_told_so(office, ann):
    exports = [
        begin_export(office.deps, ann.mailbox_id, FileForm.MBOX, actor="ann@example.org")
        for _ in range(export_stream.MOST_AT_ONCE)
    ]
    with pytest.raises(ExportsGoOn):
        begin_export(office.deps, ann.mailbox_id, FileForm.MBOX, actor="ann@example.org")

    next(exports[0])
    for export in exports:
        export.close()
        export.close()

    begin_export(office.deps, ann.mailbox_id, FileForm.MBOX, actor="ann@example.org").close()
    assert "broken off" in exported(office)[0]


def test_too_much_for_a_zip_is_said(office, ann, at_desk, monkeypatch):
    monkeypatch.setattr(export_stream, "MOST_IN_ZIP", 3)
    desk = at_desk("ann@example.org")

    assert desk.post("/mail/export", format="zip").status_code == 302
    assert "take the mbox" in desk.get("/mail/export").text
