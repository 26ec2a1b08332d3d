"""What moved on the server since the last run, on servers with CONDSTORE and without."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.run import Counts, Outcome
from mailboxadmin.services.reading.messages import mark_messages
from mailboxadmin.store.tables_mail import MessageRow
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.dump import dump_of
from tests.support.office import Box, Office
from tests.support.stored import codes, entries, here, stored

SEEN = "\\Seen"


@pytest.fixture
def box(office: Office, server: Dovecot) -> Box:
    """A mailbox with ten messages, synced."""
    box = office.mailbox(server=server)
    server.deliver_many(box.account, mails.generate(10))
    assert office.sync(box).counts == Counts(new=10)
    return box


def seen(office: Office, box: Box) -> set[int | None]:
    return {each.uid for each in stored(office, box) if each.seen}


def test_new_mail_is_fetched_and_nothing_else(office: Office, server: Dovecot, box: Box):
    server.deliver(box.account, mails.message(10))

    report = office.sync(box)

    assert report.counts == Counts(new=1)
    assert here(office, box)["INBOX", 11] == mails.message(10)


def test_what_is_read_elsewhere_is_read_here_and_unread_again(
    office: Office, server: Dovecot, box: Box
):
    server.add_flags(box.account, "INBOX", [2, 3], SEEN)
    first = office.sync(box)
    read = seen(office, box)
    server.remove_flags(box.account, "INBOX", [3], SEEN)
    second = office.sync(box)

    assert (first.counts, second.counts) == (Counts(changed=2), Counts(changed=1))
    assert (read, seen(office, box)) == ({2, 3}, {2})


def test_other_flags_are_kept_as_the_server_has_them(office: Office, server: Dovecot, box: Box):
    server.add_flags(box.account, "INBOX", [4], "\\Flagged", "$Forwarded")

    report = office.sync(box)

    assert report.counts == Counts(changed=1)
    assert stored(office, box)[3].flags == {"\\Flagged", "$Forwarded"}


def test_a_click_holds_until_the_servers_own_flag_changes(
    office: Office, server: Dovecot, box: Box
):
    (clicked,) = [each.id for each in stored(office, box) if each.uid == 5]
    mark_messages(office.deps, box.id, [clicked], seen=True, actor=COMMAND_LINE)

    office.sync(box)
    server.add_flags(box.account, "INBOX", [5], "\\Flagged")
    office.sync(box)
    after_another_flag = seen(office, box)
    server.add_flags(box.account, "INBOX", [5], SEEN)
    office.sync(box)
    server.remove_flags(box.account, "INBOX", [5], SEEN)
    office.sync(box)

    assert after_another_flag == {5}
    assert seen(office, box) == set()


def test_a_removed_message_is_kept_and_marked(office: Office, server: Dovecot, box: Box):
    server.expunge(box.account, "INBOX", [1, 10])

    report = office.sync(box)

    assert report.counts == Counts(removed=2)
    assert [each.uid for each in stored(office, box) if each.removed] == [1, 10]
    assert stored(office, box)[0].raw == mails.message(0)


def test_new_removed_and_changed_at_once(office: Office, server: Dovecot, box: Box):
    server.expunge(box.account, "INBOX", [4])
    server.add_flags(box.account, "INBOX", [6], SEEN)
    server.deliver(box.account, mails.message(10))

    reports = [office.sync(box), office.sync(box)]

    assert [each.counts for each in reports] == [Counts(new=1, changed=1, removed=1), Counts()]
    assert len(here(office, box)) == 10


def test_a_message_taken_for_removed_is_back_when_the_server_has_it(
    office: Office, server: Dovecot, box: Box
):
    with office.deps.store.write() as db:
        gone = update(MessageRow).where(MessageRow.mailbox_id == box.id, MessageRow.uid == 3)
        db.execute(gone.values(removed_at=office.clock.now()))
    server.deliver(box.account, mails.message(10))

    office.sync(box)

    assert [each.uid for each in stored(office, box) if each.removed] == []
    assert len(stored(office, box)) == 11


def test_a_moved_message_is_new_there_and_removed_here(office: Office, server: Dovecot):
    box = office.mailbox(server=server, folders=("INBOX", "Archive"))
    server.create_folder(box.account, "Archive")
    server.deliver_many(box.account, mails.generate(3))
    office.sync(box)
    server.move(box.account, "INBOX", [2], "Archive")

    report = office.sync(box)

    assert report.counts == Counts(new=1, removed=1)
    assert here(office, box)["Archive", 1] == mails.message(1)


def test_a_folder_numbered_anew_loses_nothing_and_gains_nothing(
    office: Office, server: Dovecot, box: Box
):
    before = {each.id: each.raw for each in stored(office, box)}
    server.change_uid_validity(box.account)

    reports = [office.sync(box), office.sync(box)]

    assert [(each.outcome, each.counts) for each in reports] == [(Outcome.OK, Counts())] * 2
    assert {each.id: each.raw for each in stored(office, box)} == before
    assert here(office, box) == {("INBOX", uid): mails.message(uid - 1) for uid in range(1, 11)}
    (reset,) = entries(office, box, "folder.reset")
    assert reset.detail["messages"] == 10


def test_numbering_anew_keeps_twins_removed_and_unreadable_messages_apart(
    office: Office, server: Dovecot, box: Box
):
    twin = mails.message(0)
    server.deliver_many(box.account, [twin, twin, b"", b""])
    server.expunge(box.account, "INBOX", [1, 2])
    office.sync(box)
    noted = codes(office, box, "message")
    server.change_uid_validity(box.account)

    reports = [office.sync(box), office.sync(box)]

    assert [each.counts for each in reports] == [Counts(), Counts()]
    messages = stored(office, box)
    assert (len(messages), len(here(office, box))) == (14, 12)
    assert sorted(each.raw for each in messages if each.removed) == sorted(
        [mails.message(0), mails.message(1)]
    )
    assert codes(office, box, "message") == noted


def test_mail_that_came_and_went_while_a_folder_was_numbered_anew(
    office: Office, server: Dovecot, box: Box
):
    server.expunge(box.account, "INBOX", [7])
    server.deliver(box.account, mails.message(10))
    server.change_uid_validity(box.account)

    report = office.sync(box)

    assert report.counts == Counts(new=1, removed=1)
    assert sorted(here(office, box).values()) == sorted(
        mails.message(number) for number in range(11) if number != 6
    )


def test_with_condstore_and_without_the_end_is_the_same(
    open_office: Callable[..., Office],
    instance_copy: Callable[[], object],
    dovecot: Dovecot,
    exchange_dovecot: Dovecot,
):
    dumps = []
    for server in (dovecot, exchange_dovecot):
        office = open_office(folder=instance_copy())
        box = office.mailbox(server=server, email="same@example.org")
        for number in range(30):
            server.deliver(box.account, mails.message(number), internal_date=office.clock.now())
        office.sync(box)
        server.add_flags(box.account, "INBOX", [2, 9, 30], SEEN)
        server.expunge(box.account, "INBOX", [1, 15])
        office.sync(box)
        server.remove_flags(box.account, "INBOX", [9], SEEN)
        office.sync(box)
        dumps.append(without_modseq(dump_of(office)))

    assert dumps[0] == dumps[1]


def without_modseq(dump: dict[str, object]) -> dict[str, object]:
    """The cursor's mod-sequence and UIDVALIDITY are the servers' own, and so is the port."""
    return {name: dump[name] for name in ("messages", "sums", "mailboxes")}
