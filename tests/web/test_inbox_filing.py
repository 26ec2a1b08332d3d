"""Archiving, deleting, moving and flagging in the inbox; what failed; and the way back."""

import re

import pytest
from sqlalchemy import select, update

from mailboxadmin.domain.filing import Kind
from mailboxadmin.domain.people import Person
from mailboxadmin.domain.special_use import SpecialUse
from mailboxadmin.services.reading.index_mail import index_mail
from mailboxadmin.store.changes import fail_changes, waiting_changes
from mailboxadmin.store.folders import folder_id
from mailboxadmin.store.mailbox_facts import note_listed
from mailboxadmin.store.mailboxes import replace_own_texts
from mailboxadmin.store.moves import Placed, hold_validity, settle_places
from mailboxadmin.store.special_uses import put_special_uses
from mailboxadmin.store.tables_filing import ChangeRow
from mailboxadmin.store.tables_mail import FolderRow, MessageRow
from tests.support.inbox import fill, folder_of, letter, reader
from tests.support.office import Office

USES = {SpecialUse.ARCHIVE: "Archive", SpecialUse.TRASH: "Trash", SpecialUse.JUNK: "Spam"}


@pytest.fixture
def anna(office: Office) -> Person:
    """A reader who may move and flag, with folders for each use."""
    anna = reader(office)
    assert anna.mailbox_id
    with office.deps.store.write() as db:
        put_special_uses(db, anna.mailbox_id, USES)
        note_listed(db, anna.mailbox_id, ["INBOX", "Archive", "Work"], office.clock.now())
        own = {"allow_changes": "yes", "folders": "INBOX\nArchive\nTrash\nSpam"}
        replace_own_texts(db, anna.mailbox_id, own)
    return anna


@pytest.fixture
def three(office: Office, anna: Person) -> list[int]:
    """Three messages in her INBOX, the newest first."""
    return fill(office, anna, [letter(subject=f"no {n}") for n in range(3)])


def wanted(office: Office) -> dict[int, str]:
    """Where the messages are wanted that were moved."""
    with office.deps.store.read() as db:
        rows = db.execute(
            select(ChangeRow.message_id, FolderRow.name).join(
                FolderRow, FolderRow.id == ChangeRow.target_id
            )
        )
        return {row[0]: row[1] for row in rows}


def flagged(office: Office) -> set[int]:
    with office.deps.store.read() as db:
        return set(db.scalars(select(MessageRow.id).where(MessageRow.flagged.is_(True))))


def fail(office: Office, anna: Person, why: str) -> None:
    """The server refuses all that waits."""
    with office.deps.store.write() as db:
        for kind in Kind:
            changes = waiting_changes(db, anna.mailbox_id or 0, kind)
            fail_changes(db, kind, changes, why, office.clock.now())


def settle(office: Office, anna: Person) -> None:
    """The server has moved all that waits."""
    with office.deps.store.write() as db:
        changes = waiting_changes(db, anna.mailbox_id or 0, Kind.MOVE)
        settle_places(db, [Placed(each, each.target_id or 0, 1) for each in changes])


def undo_at(page: str) -> str:
    found = re.search(r'action="(/mail/undo/\d+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("do", "folder"), [("archive", "Archive"), ("trash", "Trash"), ("spam", "Spam")]
)
def test_what_is_selected_leaves_the_list_and_stands_in_the_other_folder(
    office: Office, anna: Person, three: list[int], at_desk, do: str, folder: str
):
    visitor = at_desk(anna.email)

    done = visitor.post("/mail/file", form_at="/mail", id=[str(n) for n in three[:2]], do=do)
    inbox = visitor.get(done.location).text
    there = visitor.get(f"/mail?folder={folder_of(office, anna, folder)}").text

    assert f"2 messages moved to {folder}." in inbox
    assert ("no 0" in inbox, "no 2" in inbox) == (False, True)
    assert ("no 0" in there, "no 1" in there, "no 2" in there) == (True, True, False)
    assert f"moving to {folder}" in there
    assert "2 changes not on the mail server yet" in there
    assert wanted(office) == dict.fromkeys(three[:2], folder)


def wishes(page: str) -> list[list[str]]:
    """What the buttons of the list, and of the open message, do besides marking."""
    return [
        re.findall(r'formaction="/mail/file" name="do" value="([^"]+)"', form)
        for form in re.findall(r"<form.*?</form>", page, re.DOTALL)
        if 'formaction="/mail/file"' in form
    ]


@pytest.mark.parametrize(
    ("folder", "use", "label", "others"),
    [
        ("Archive", SpecialUse.ARCHIVE, "To inbox", ["trash", "spam"]),
        ("Trash", SpecialUse.TRASH, "To inbox", ["archive", "spam"]),
        ("Spam", SpecialUse.JUNK, "Not junk", ["trash", "archive"]),
    ],
)
def test_from_where_mail_was_put_away_it_goes_back_by_one_click(
    office: Office, anna: Person, at_desk, folder: str, use: SpecialUse, label: str, others
):
    [away] = fill(office, anna, [letter(subject="away")], folder=folder)
    with office.deps.store.write() as db:
        db.execute(update(FolderRow).where(FolderRow.name == folder).values(special_use=use))
    visitor = at_desk(anna.email)
    there = f"/mail?folder={folder_of(office, anna, folder)}"

    page = visitor.get(there).text
    opened = wishes(visitor.get(f"/mail/{away}?folder=all").text)[-1]
    visitor.post("/mail/file", form_at=there, id=str(away), do="inbox")

    assert f'value="inbox">{label}<' in page
    assert wishes(page) == [["inbox", *others, "flag", "unflag", "move"]]
    assert set(opened) == {"inbox", *others, "flag", "move"}
    assert wanted(office) == {away: "INBOX"}


def test_a_folder_is_chosen_among_those_that_the_server_lists(
    office: Office, anna: Person, three: list[int], at_desk
):
    visitor = at_desk(anna.email)
    page = visitor.get("/mail").text

    done = visitor.post("/mail/file", form_at="/mail", id=str(three[0]), do="move", to="Work")
    after = visitor.get(done.location).text

    assert '<option value="Work">' in page
    assert wanted(office) == {three[0]: "Work"}
    assert "That folder is not synced" in after


def marks_of(page: str) -> list[str]:
    """What stands beside the only message that was found."""
    [line] = re.findall(r'<li class="mail mail-hit.*?</li>', page, re.DOTALL)
    return re.findall(r'<span class="mail-mark">([^<]*)<', line)


def test_what_is_moved_out_of_the_lists_is_found_where_it_is(
    office: Office, anna: Person, three: list[int], at_desk
):
    index_mail(office.deps)
    visitor = at_desk(anna.email)
    here = marks_of(visitor.get('/mail/search?q="no+0"').text)

    visitor.post("/mail/file", form_at="/mail", id=str(three[0]), do="move", to="Work")
    under_way = marks_of(visitor.get('/mail/search?q="no+0"').text)
    settle(office, anna)
    there = marks_of(visitor.get('/mail/search?q="no+0"').text)

    assert (here, under_way) == (["Inbox"], ["moving to Work"])
    assert there == ["Work", "folder not synced"]
    assert "in Work, which is not synced" in visitor.get(f"/mail/{three[0]}").text
    assert "is not synced" not in visitor.get(f"/mail/{three[1]}").text


def offered(page: str) -> list[list[str]]:
    """The folders to move to, of the list and of the open message."""
    return [
        re.findall(r'<option value="([^"]+)"', each)
        for each in re.findall(r'<select[^>]* name="to".*?</select>', page, re.DOTALL)
    ]


def test_the_folder_that_mail_is_in_is_not_offered_to_move_it_to(
    office: Office, anna: Person, three: list[int], at_desk
):
    visitor = at_desk(anna.email)

    inbox = offered(visitor.get("/mail").text)
    everything = offered(visitor.get("/mail?folder=all").text)
    visitor.post("/mail/file", form_at="/mail", id=str(three[0]), do="move", to="Work")
    moving = offered(visitor.get(f"/mail/{three[0]}?folder=all").text)

    assert inbox == [["Archive", "Work"]]
    assert everything == [["INBOX", "Archive", "Work"]]
    assert moving == [["INBOX", "Archive", "Work"], ["INBOX", "Archive"]]


@pytest.mark.parametrize("to", ["Elsewhere", "", "inbox\r\nA1 LOGOUT"])
def test_a_folder_that_is_not_there_is_refused(
    office: Office, anna: Person, three: list[int], at_desk, to: str
):
    visitor = at_desk(anna.email)

    done = visitor.post("/mail/file", form_at="/mail", id=str(three[0]), do="move", to=to)

    assert "The mail server has no such folder." in visitor.get(done.location).text
    assert wanted(office) == {}


def test_without_a_folder_for_that_use_one_sentence_says_where_to_name_one(
    office: Office, anna: Person, three: list[int], at_desk
):
    with office.deps.store.write() as db:
        put_special_uses(db, anna.mailbox_id or 0, {})
    visitor = at_desk(anna.email)

    done = visitor.post("/mail/file", form_at="/mail", id=str(three[0]), do="archive")

    page = visitor.get(done.location).text
    assert "No folder is known for archived mail: name one in Mailbox Config" in page
    assert wanted(office) == {}


def test_undo_shows_it_again_and_nothing_waits(
    office: Office, anna: Person, three: list[int], at_desk
):
    visitor = at_desk(anna.email)
    done = visitor.post("/mail/file", form_at="/mail", id=str(three[0]), do="archive")

    back = visitor.post(undo_at(visitor.get(done.location).text), form_at=done.location)

    assert "no 0" in visitor.get(back.location).text
    assert wanted(office) == {}


def test_a_star_is_shown_at_once_and_can_be_taken_back(
    office: Office, anna: Person, three: list[int], at_desk
):
    visitor = at_desk(anna.email)

    done = visitor.post("/mail/file", form_at="/mail", id=str(three[1]), do="flag")
    page = visitor.get(done.location).text
    only = visitor.get("/mail?show=flagged").text

    assert (flagged(office), "★ flagged" in page) == ({three[1]}, True)
    assert ("no 1" in only, "no 0" in only) == (True, False)
    visitor.post(undo_at(page), form_at=done.location)
    assert flagged(office) == set()


def test_an_open_message_goes_alone_and_a_line_with_its_conversation(
    office: Office, anna: Person, at_desk
):
    chain = [letter(number="b", answers=["a"]), letter(number="a")]
    newer, older = fill(office, anna, chain)
    visitor = at_desk(anna.email)

    visitor.post("/mail/file", form_at="/mail", id=str(older), do="archive", alone="yes")
    alone = wanted(office)
    visitor.post("/mail/file", form_at="/mail", id=str(newer), do="trash")

    assert alone == {older: "Archive"}
    # The one that was archived is not shown in INBOX any more, so it stays where it goes.
    assert wanted(office) == {older: "Archive", newer: "Trash"}


def test_the_older_ones_of_a_conversation_are_listed_when_the_newest_was_moved(
    office: Office, anna: Person, at_desk
):
    chain = [letter(subject="the answer", number="b", answers=["a"]), letter(number="a")]
    newer, _ = fill(office, anna, chain)
    visitor = at_desk(anna.email)

    visitor.post("/mail/file", form_at="/mail", id=str(newer), do="archive", alone="yes")

    assert "a letter" in visitor.get("/mail").text


def test_with_the_setting_off_nothing_is_offered_and_nothing_is_done(
    office: Office, anna: Person, three: list[int], at_desk
):
    with office.deps.store.write() as db:
        replace_own_texts(db, anna.mailbox_id or 0, {})
    visitor = at_desk(anna.email)
    page = visitor.get("/mail").text

    done = visitor.post("/mail/file", form_at="/mail", id=str(three[0]), do="archive")
    refused = visitor.get(done.location).text

    assert 'value="archive"' not in page
    assert "allow it in Mailbox Config" in page
    assert "Moving and flagging mail is off" in refused
    assert wanted(office) == {}


def test_what_failed_says_why_and_can_be_tried_again_or_dismissed(
    office: Office, anna: Person, three: list[int], at_desk
):
    visitor = at_desk(anna.email)
    for do in ("archive", "flag"):
        visitor.post("/mail/file", form_at="/mail", id=str(three[0]), do=do)
    fail(office, anna, "The folder is read-only.")
    listed = visitor.get("/mail").text
    opened = visitor.get(f"/mail/{three[0]}").text

    visitor.post("/mail/failed", form_at=f"/mail/{three[0]}", id=str(three[0]), do="again")
    again = visitor.get("/mail").text
    fail(office, anna, "Still.")
    visitor.post("/mail/failed", form_at="/mail", do="dismiss")

    assert "2 changes could not be made" in listed
    assert "The folder is read-only." in listed
    assert "no 0" in listed, "it is shown where the server has it"
    assert "not done on the server" in listed
    assert "Not moved to Archive. The folder is read-only." in opened
    assert "Not flagged. The folder is read-only." in opened
    assert ("2 changes not on the mail server yet" in again, "no 0" in again) == (True, False)
    assert "could not be made" not in visitor.get("/mail").text
    assert wanted(office) == {}


def test_of_somebody_elses_mail_nothing_is_touched(
    office: Office, anna: Person, three: list[int], at_desk
):
    ben = reader(office, "Ben Okoye")
    with office.deps.store.write() as db:
        note_listed(db, ben.mailbox_id or 0, ["INBOX", "Work"], office.clock.now())
        replace_own_texts(db, ben.mailbox_id or 0, {"allow_changes": "yes"})
    stranger = at_desk(ben.email)
    theirs = [str(each) for each in three]

    stranger.post("/mail/file", form_at="/mail", id=theirs, do="flag")
    stranger.post("/mail/file", form_at="/mail", id=theirs, do="move", to="Work")
    at_desk(anna.email).post("/mail/file", form_at="/mail", id=theirs[0], do="flag")
    fail(office, anna, "No.")
    stranger.post("/mail/failed", form_at="/mail", id=theirs, do="dismiss")

    assert wanted(office) == {}
    with office.deps.store.read() as db:
        assert [row.message_id for row in db.scalars(select(ChangeRow))] == [three[0]]


def test_what_lies_in_a_folder_that_is_not_synced_is_found_and_not_listed(
    office: Office, anna: Person, at_desk
):
    chain = [letter(subject="put away", number="b", answers=["a"]), letter(number="a")]
    newer, older = fill(office, anna, chain)
    with office.deps.store.write() as db:
        work = folder_id(db, anna.mailbox_id or 0, "Work")
        hold_validity(db, work, 7)
        row = db.get_one(MessageRow, newer)
        row.folder_id, row.uid = work, 1
    visitor = at_desk(anna.email)

    everything = visitor.get("/mail?folder=all").text
    other = visitor.get(f"/mail/{older}?folder=all").text

    assert ("put away" in everything, "a letter" in everything) == (False, True)
    assert "> Work" not in everything.replace("\n", " ")
    # It is shown with its conversation, and can be opened from there.
    assert f"/mail/{newer}" in other


def test_what_is_not_on_the_server_is_left_and_said(
    office: Office, anna: Person, three: list[int], at_desk
):
    with office.deps.store.write() as db:
        db.get_one(MessageRow, three[0]).imported_at = office.clock.now()
        db.get_one(MessageRow, three[1]).removed_at = office.clock.now()
    visitor = at_desk(anna.email)

    ids = [str(each) for each in three]
    done = visitor.post("/mail/file", form_at="/mail", id=ids, do="archive")

    assert (
        "2 messages are not on the mail server, and left as before."
        in visitor.get(done.location).text
    )
    assert wanted(office) == {three[2]: "Archive"}


@pytest.mark.parametrize("path", ["/mail/file", "/mail/failed"])
def test_a_wish_that_is_none_is_refused_and_so_is_looking(
    office: Office, anna: Person, three: list[int], at_desk, path: str
):
    visitor = at_desk(anna.email)

    assert visitor.post(path, form_at="/mail", id=str(three[0]), do="burn").status_code == 400
    # What looks like an address of a message is none.
    assert visitor.get(path).status_code in (404, 405)


@pytest.mark.parametrize("ids", [[], ["x"], ["9" * 30], ["²"]])
def test_what_is_no_message_changes_nothing(
    office: Office, anna: Person, three: list[int], at_desk, ids: list[str]
):
    answer = at_desk(anna.email).post("/mail/file", form_at="/mail", id=ids, do="archive")

    assert answer.status_code == 302
    assert wanted(office) == {}
