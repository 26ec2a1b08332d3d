"""Moving and flagging on a real server, and the way back."""

from collections.abc import Callable

import pytest

from mailboxadmin.domain.activity import Level
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.filing import Act
from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.reading.filing import flag_messages, move_messages
from mailboxadmin.services.reading.undoing import take_back
from mailboxadmin.store.special_uses import put_special_uses
from mailboxadmin.store.tables_mail import MessageRow
from tests.services.filing import (
    ANN,
    FLAGGED,
    allow,
    flag,
    ids_of,
    move,
    places,
    shown_flagged,
    waiting,
)
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.stored import codes, entries

pytestmark = pytest.mark.usefixtures("unhurried")


@pytest.fixture
def box(office: Office, dovecot: Dovecot) -> Box:
    """A synced mailbox of four messages, whose INBOX and Archive are synced, and Work is not."""
    box = office.mailbox(server=dovecot, folders=("INBOX", "Archive"))
    dovecot.deliver_many(box.account, mails.generate(4))
    for folder in ("Archive", "Work"):
        if folder not in dovecot.folders(box.account):
            dovecot.create_folder(box.account, folder)
    allow(office)
    assert office.sync(box).counts.new == 4
    return box


def synced(office: Office, box: Box) -> tuple[int, int]:
    """Sync; how much the server was told, and how many messages were fetched."""
    report = office.sync(box)
    assert report.outcome is Outcome.OK, report.finding
    return report.counts.pushed, report.counts.new


def test_a_flag_is_set_and_taken_away_on_the_server(office: Office, box: Box, dovecot: Dovecot):
    dovecot.add_flags(box.account, "INBOX", [3, 4], FLAGGED)
    office.sync(box)

    flag(office, box, [1, 2])
    flag(office, box, [4], flagged=False)
    at_once = shown_flagged(office, box)
    pushed = synced(office, box)

    assert (at_once, pushed) == ({1, 2, 3}, (3, 0))
    assert {uid for uid, flags in dovecot.flags(box.account).items() if FLAGGED in flags} == {
        1,
        2,
        3,
    }
    assert (shown_flagged(office, box), waiting(office, box)) == ({1, 2, 3}, [])
    [entry] = entries(office, box, "filing.flagged")
    assert entry.message == (
        "On the mail server in INBOX: 2 messages flagged and 1 message no longer flagged."
    )


def test_a_flag_that_waits_wins_over_what_the_server_says(
    office: Office, box: Box, dovecot: Dovecot
):
    dovecot.add_flags(box.account, "INBOX", [1], FLAGGED)
    office.sync(box)
    allow(office, "yes")
    flag(office, box, [1], flagged=False)
    dovecot.add_flags(box.account, "INBOX", [1], "\\Answered")

    synced(office, box)

    assert shown_flagged(office, box) == set()
    assert dovecot.flags(box.account)[1] == {"\\Answered"}


def test_a_message_that_is_moved_keeps_its_row_and_is_not_fetched_again(
    office: Office, box: Box, dovecot: Dovecot
):
    before = places(office, box)
    [first, third] = ids_of(office, box, [1, 3])

    move(office, box, [1, 3], "Archive")
    still = places(office, box)
    pushed = synced(office, box)

    assert still == before, "the rows say where the server has them"
    assert pushed == (2, 0)
    assert set(dovecot.flags(box.account)) == {2, 4}
    assert set(dovecot.flags(box.account, "Archive")) == {1, 2}
    assert {places(office, box)[first], places(office, box)[third]} == {
        ("Archive", 1, True),
        ("Archive", 2, True),
    }
    assert (len(places(office, box)), waiting(office, box)) == (4, [])
    [entry] = entries(office, box, "filing.moved")
    assert entry.message == "2 messages moved on the mail server from INBOX to Archive."
    assert synced(office, box) == (0, 0)


def test_what_was_moved_is_moved_back(office: Office, box: Box, dovecot: Dovecot):
    [message] = ids_of(office, box, [2])
    filed = move(office, box, [2], "Archive")
    synced(office, box)
    assert filed.undo

    taken_back = take_back(office.deps, box.id, filed.undo.id, actor=ANN)
    pushed = synced(office, box)

    assert (taken_back, pushed) == (1, (1, 0))
    assert places(office, box)[message] == ("INBOX", 5, True)
    assert (len(dovecot.flags(box.account)), dovecot.flags(box.account, "Archive")) == (4, {})


def test_what_is_taken_back_before_it_was_sent_never_reaches_the_server(
    office: Office, box: Box, dovecot: Dovecot
):
    filed = move(office, box, [1, 2, 3], "Archive")
    assert filed.undo

    take_back(office.deps, box.id, filed.undo.id, actor=ANN)

    assert waiting(office, box) == []
    assert synced(office, box) == (0, 0)
    assert set(dovecot.flags(box.account)) == {1, 2, 3, 4}


def test_a_folder_that_is_not_synced_takes_mail_and_gives_it_back(
    office: Office, box: Box, dovecot: Dovecot
):
    [message] = ids_of(office, box, [4])
    filed = move(office, box, [4], "Work")
    assert filed.undo

    assert synced(office, box) == (1, 0)
    gone = places(office, box)[message]
    take_back(office.deps, box.id, filed.undo.id, actor=ANN)
    synced(office, box)

    assert gone == ("Work", 1, True)
    assert places(office, box)[message] == ("INBOX", 5, True)
    assert dovecot.flags(box.account, "Work") == {}


def test_what_is_moved_and_flagged_and_moved_on_ends_where_it_was_wanted_last(
    office: Office, box: Box, dovecot: Dovecot
):
    [message] = ids_of(office, box, [1])

    move(office, box, [1], "Archive")
    flag(office, box, [1])
    move(office, box, [1], "Work")
    synced(office, box)

    assert places(office, box)[message] == ("Work", 1, True)
    assert dovecot.flags(box.account, "Work")[1] == {FLAGGED}
    assert dovecot.flags(box.account, "Archive") == {}


def test_with_the_setting_off_nothing_is_changed_here_or_there(
    office: Office, box: Box, dovecot: Dovecot
):
    allow(office, "no")
    ids = ids_of(office, box, [1])

    with pytest.raises(InvalidInput, match="switch on"):
        flag_messages(office.deps, box.id, ids, flagged=True, actor=ANN)
    with pytest.raises(InvalidInput, match="switch on"):
        move_messages(office.deps, box.id, ids, Act.ARCHIVE, together=True, actor=ANN)

    assert (waiting(office, box), shown_flagged(office, box)) == ([], set())
    assert codes(office, box, "filing.") == []


def test_what_waited_when_it_was_switched_off_is_not_written(
    office: Office, box: Box, dovecot: Dovecot
):
    move(office, box, [1], "Archive")
    flag(office, box, [2])
    allow(office, "no")

    assert synced(office, box) == (0, 0)

    assert [why for _, _, why in waiting(office, box)] == [
        "Moving and flagging was switched off before it was done on the mail server."
    ] * 2
    assert shown_flagged(office, box) == set()
    assert dovecot.flags(box.account) == {uid: frozenset() for uid in (1, 2, 3, 4)}
    assert {each.level for each in entries(office, box, "filing.failed")} == {Level.WARNING}


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda dovecot, box: dovecot.expunge(box.account, "INBOX", [1]), "no longer where it was"),
        (lambda dovecot, box: dovecot.change_uid_validity(box.account), "numbered the folder anew"),
        (lambda dovecot, box: dovecot.delete_folder(box.account, "Work"), "is not on the mail ser"),
    ],
)
def test_what_cannot_be_done_is_said_at_the_message(
    office: Office, box: Box, dovecot: Dovecot, spoil: Callable[[Dovecot, Box], None], why: str
):
    move(office, box, [1], "Work")
    spoil(dovecot, box)

    synced(office, box)

    [(_, kind, reason)] = waiting(office, box)
    assert (kind, why in str(reason)) == ("move", True), reason
    assert len(codes(office, box, "filing.failed")) == 1


def test_there_has_to_be_a_folder_for_that_use(office: Office, box: Box):
    ids = ids_of(office, box, [1])
    with office.deps.store.write() as db:
        put_special_uses(db, box.id, {})

    with pytest.raises(InvalidInput, match="No folder is known for junk mail") as refused:
        move_messages(office.deps, box.id, ids, Act.SPAM, together=True, actor=ANN)

    assert refused.value.field == "spam_folder"


def test_a_conversation_goes_as_a_whole_out_of_the_folder_that_shows_it(
    office: Office, box: Box, dovecot: Dovecot
):
    with office.deps.store.write() as db:
        for each in ids_of(office, box, [1, 2, 3]):
            db.get_one(MessageRow, each).thread_id = 7
    move(office, box, [1], "Work")

    ids = ids_of(office, box, [2])
    move_messages(office.deps, box.id, ids, Act.ARCHIVE, together=True, actor=ANN)
    synced(office, box)

    assert set(dovecot.flags(box.account)) == {4}
    assert len(dovecot.flags(box.account, "Archive")) == 2
    assert len(dovecot.flags(box.account, "Work")) == 1
