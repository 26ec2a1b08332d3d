"""What a sync stores: everything that is there, byte for byte, and nothing else changes."""

from pathlib import Path

import pytest
from sqlalchemy import text

from mailboxadmin.domain.activity import COMMAND_LINE, SCHEDULER
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.message import Listed
from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.reading.messages import list_messages
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.odd_mails import odd
from tests.support.office import Box, Office
from tests.support.stored import codes, entries, here, stored

#: Odd mail that others collected; not part of this repository.
CORPUS = Path(__file__).parents[4] / "shared" / "corpus"


def on_the_wire(server: Dovecot, box: Box, folder: str = "INBOX") -> dict[int, bytes]:
    """What an independent client gets, by UID."""
    with server.client(box.account) as client:
        client.select_folder(folder, readonly=True)
        answers = client.fetch(client.search(), ["BODY.PEEK[]"])
    return {uid: items[b"BODY[]"] for uid, items in answers.items()}


def listed(office: Office, box: Box) -> list[Listed]:
    """What the command line lists."""
    return list(list_messages(office.deps, box.id, folder=None, limit=1000, actor=COMMAND_LINE))


def test_realistic_mail_is_stored_byte_for_byte(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    letters = list(mails.generate(200))
    dovecot.deliver_many(box.account, letters)

    report = office.sync(box)

    assert (report.outcome, report.counts.new) == (Outcome.OK, 200)
    assert here(office, box) == {("INBOX", uid): raw for uid, raw in enumerate(letters, start=1)}


def test_odd_mail_is_stored_as_the_server_gives_it_and_listed(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    dovecot.deliver_many(box.account, odd().values())

    report = office.sync(box)

    on_server = on_the_wire(dovecot, box)
    assert (report.outcome, report.counts.new) == (Outcome.OK, len(odd()))
    assert here(office, box) == {("INBOX", uid): raw for uid, raw in on_server.items()}
    assert len(listed(office, box)) == len(odd())


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the collected odd mail is not on this machine")
def test_mail_that_broke_other_programs_is_stored_and_listed(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    letters = [path.read_bytes() for path in sorted(CORPUS.rglob("*")) if path.is_file()]
    dovecot.deliver_many(box.account, letters)

    report = office.sync(box)

    on_server = on_the_wire(dovecot, box)
    assert (report.outcome, len(on_server)) == (Outcome.OK, len(letters))
    assert here(office, box) == {("INBOX", uid): raw for uid, raw in on_server.items()}
    assert len(listed(office, box)) == len(letters)


def test_what_cannot_be_read_as_mail_is_kept_aside_and_the_sync_succeeds(
    office: Office, dovecot: Dovecot
):
    box = office.mailbox(server=dovecot)
    dovecot.deliver_many(box.account, [mails.message(1), b"", mails.message(2)])

    report = office.sync(box)

    assert (report.outcome, report.counts.new, report.counts.quarantined) == (Outcome.OK, 3, 1)
    assert office.state(box) is State.OK
    assert [each.uid for each in stored(office, box) if each.problem] == [2]
    (entry,) = entries(office, box, "message.quarantined")
    assert (entry.detail["folder"], entry.detail["uid"]) == ("INBOX", 2)


@pytest.mark.parametrize("actor", [SCHEDULER, COMMAND_LINE, "grace@example.org"])
def test_a_second_run_changes_nothing_and_says_nothing_but_routine(
    office: Office, dovecot: Dovecot, actor: str
):
    box = office.mailbox(server=dovecot, folders=("INBOX", "Sent"))
    dovecot.deliver_many(box.account, mails.generate(20))
    dovecot.deliver(box.account, mails.message(99), "Sent")
    office.sync(box)
    before, said = rows(office), len(entries(office, box))

    report = office.sync(box, actor=actor)

    assert (report.outcome, report.counts.new, report.counts.changed) == (Outcome.OK, 0, 0)
    assert rows(office) == before
    assert [entry.level.word for entry in entries(office, box)[said:]] == ["routine"]


def rows(office: Office) -> dict[str, list[tuple[object, ...]]]:
    """Every column of what mail is made of, as it lies in the file."""
    queries = {
        "messages": "SELECT * FROM messages ORDER BY id",
        "bytes": "SELECT message_id, length(raw) FROM message_bytes ORDER BY message_id",
        "folders": "SELECT id, name, uid_validity, last_uid, uid_next, highest_modseq,"
        " server_count, finding FROM folders ORDER BY id",
    }
    with office.deps.store.read() as db:
        return {
            name: [tuple(row) for row in db.execute(text(query))] for name, query in queries.items()
        }


def test_syncing_marks_nothing_as_read_on_the_server(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    dovecot.deliver_many(box.account, mails.generate(5))

    office.sync(box)
    office.sync(box)

    assert set(dovecot.flags(box.account).values()) == {frozenset()}
    assert not any(each.seen for each in stored(office, box))


@pytest.mark.parametrize(
    "folder",
    [
        "Archive/2024",
        "Entwürfe & Größe",
        "会議/議事録",
        'a "quoted" name',
        "back\\slash",
        "per%cent * and {9} (braces)",
        "INBOXES",
    ],
)
def test_a_folder_of_any_name_is_synced(office: Office, dovecot: Dovecot, folder: str):
    box = office.mailbox(server=dovecot, folders=("INBOX", folder))
    dovecot.create_folder(box.account, folder)
    dovecot.deliver(box.account, mails.message(1))
    dovecot.deliver(box.account, mails.message(2), folder)

    report = office.sync(box)

    assert (report.outcome, report.counts.new) == (Outcome.OK, 2)
    assert here(office, box) == {
        ("INBOX", 1): mails.message(1),
        (folder, 1): mails.message(2),
    }


def test_several_folders_are_told_apart_though_their_uids_are_the_same(
    office: Office, dovecot: Dovecot
):
    box = office.mailbox(server=dovecot, folders=("INBOX", "Sent", "Drafts"))
    for number, folder in enumerate(("INBOX", "Sent", "Drafts")):
        dovecot.deliver_many(box.account, mails.generate(3, seed=number), folder)

    report = office.sync(box)

    assert report.counts.new == 9
    assert here(office, box) == {
        (folder, uid): mails.message(uid - 1, seed=number)
        for number, folder in enumerate(("INBOX", "Sent", "Drafts"))
        for uid in (1, 2, 3)
    }


def test_an_empty_mailbox_is_synced(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)

    reports = [office.sync(box), office.sync(box)]

    assert [report.outcome for report in reports] == [Outcome.OK, Outcome.OK]
    assert codes(office, box, "sync") == ["sync.finished", "sync.finished"]
