"""What can become of a folder at the server: made anew, put back from a backup, at its last UID.

Each is told in the log as what it is, no message is lost, and none is here twice.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from mailboxadmin.domain.run import Counts, Outcome
from tests.services.clicking import SEEN, mark, shown, switch, waiting
from tests.services.crash_scenes import deliver, letter
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.stored import codes, entries, here, stored

FOLDER = "Archive"


@pytest.fixture
def box(office: Office, server: Dovecot) -> Box:
    """A mailbox with one folder of five messages, synced."""
    box = office.mailbox(server=server, folders=(FOLDER,))
    deliver(server, box, map(letter, range(1, 6)), FOLDER)
    assert office.sync(box).counts == Counts(new=5)
    return box


def settled(office: Office, server: Dovecot, box: Box) -> None:
    """What the server has is here, under its number, and another run finds nothing."""
    with server.client(box.account) as client:
        client.select_folder(FOLDER, readonly=True)
        given = client.fetch(client.search(), ["BODY.PEEK[]"])
    on_server = {(FOLDER, uid): said[b"BODY[]"] for uid, said in given.items()}
    assert here(office, box) == on_server
    again = office.sync(box)
    assert (again.outcome, again.counts) == (Outcome.OK, Counts())
    assert here(office, box) == on_server


def kept(office: Office, box: Box) -> list[int]:
    """The numbers of all letters that are here, gone from the server or not."""
    return sorted(int(each.subject.rsplit(" ", 1)[1]) for each in stored(office, box))


def uid_validity(server: Dovecot, box: Box, number: int) -> None:
    server.doveadm(
        "mailbox", "update", "-u", box.account.name, "--uid-validity", str(number), FOLDER
    )


@pytest.mark.parametrize("same_validity", [True, False])
@pytest.mark.parametrize("messages", [2, 5, 9])
def test_a_folder_that_was_made_anew_is_another_folder(
    office: Office, server: Dovecot, box: Box, same_validity: bool, messages: int
):
    before = server.status(box.account, FOLDER).uid_validity
    server.delete_folder(box.account, FOLDER)
    server.create_folder(box.account, FOLDER)
    if same_validity:
        uid_validity(server, box, before)
    deliver(server, box, map(letter, range(100, 100 + messages)), FOLDER)
    server.add_flags(box.account, FOLDER, [1], "\\Flagged")

    report = office.sync(box)

    assert (server.status(box.account, FOLDER).uid_validity == before) is same_validity
    assert report.counts == Counts(new=messages, removed=5)
    assert kept(office, box) == [*range(1, 6), *range(100, 100 + messages)]
    [entry] = entries(office, box, "folder.reset")
    assert ("older state" in entry.message) is same_validity
    settled(office, server, box)


def test_one_that_says_in_every_number_to_be_the_old_one_is_found_out_by_its_next_mail(
    office: Office, server: Dovecot, box: Box
):
    before = server.status(box.account, FOLDER).uid_validity
    server.delete_folder(box.account, FOLDER)
    server.create_folder(box.account, FOLDER)
    uid_validity(server, box, before)
    deliver(server, box, map(letter, range(100, 105)), FOLDER)
    office.sync(box)
    deliver(server, box, [letter(105)], FOLDER)

    office.sync(box)

    assert kept(office, box) == [*range(1, 6), *range(100, 106)]
    settled(office, server, box)


def test_a_folder_that_was_made_anew_with_the_same_mail_is_recognised_by_it(
    office: Office, server: Dovecot, box: Box
):
    server.delete_folder(box.account, FOLDER)
    deliver(server, box, map(letter, (4, 2, 7)), FOLDER)

    report = office.sync(box)

    assert report.counts == Counts(new=1, removed=3)
    assert kept(office, box) == [1, 2, 3, 4, 5, 7]
    settled(office, server, box)


@pytest.fixture
def backup(server: Dovecot, box: Box, tmp_path: Path) -> Path:
    """The mail of that account when three messages more were there, two of them read."""
    deliver(server, box, map(letter, range(6, 9)), FOLDER)
    server.add_flags(box.account, FOLDER, [1, 2], SEEN)
    return server.keep(box.account, tmp_path / "backup")


@pytest.fixture
def restored_over(office: Office, server: Dovecot, box: Box, backup: Path) -> Callable[[], None]:
    """Three more come, 9 to 11, and one is unread again; then the backup is put back."""
    deliver(server, box, map(letter, range(9, 12)), FOLDER)
    server.remove_flags(box.account, FOLDER, [1], SEEN)
    office.sync(box)
    return lambda: server.put_back(box.account, backup)


def test_an_older_backup_loses_nothing_here(
    office: Office, server: Dovecot, box: Box, restored_over: Callable[[], None]
):
    restored_over()

    report = office.sync(box)

    assert report.outcome is Outcome.OK
    assert (report.counts.new, report.counts.removed) == (0, 3)
    assert kept(office, box) == list(range(1, 12))
    assert shown(office, box) == {1, 2}
    [entry] = entries(office, box, "folder.reset")
    assert "was put back to an older state at the server" in entry.message
    assert (entry.detail["uid_next_before"], entry.detail["uid_next"]) == (12, 9)
    settled(office, server, box)


@pytest.mark.parametrize("came", [1, 3, 5])
def test_numbers_that_mail_after_a_restore_uses_again_mean_that_mail(
    office: Office, server: Dovecot, box: Box, restored_over: Callable[[], None], came: int
):
    restored_over()
    deliver(server, box, map(letter, range(20, 20 + came)), FOLDER)

    report = office.sync(box)

    assert (report.counts.new, report.counts.removed) == (came, 3)
    assert kept(office, box) == [*range(1, 12), *range(20, 20 + came)]
    assert codes(office, box, "folder.reset") == ["folder.reset"]
    settled(office, server, box)


@pytest.mark.parametrize("gone", [[11], [10, 11], [9, 10, 11], [8, 10, 11], [6, 7, 8, 10, 11]])
def test_they_do_also_where_the_newest_that_is_known_is_gone(
    office: Office,
    server: Dovecot,
    box: Box,
    restored_over: Callable[[], None],
    gone: list[int],
):
    restored_over()
    deliver(server, box, map(letter, range(20, 24)), FOLDER)
    server.expunge(box.account, FOLDER, gone)
    # So much has happened since that the mod-sequence says nothing.
    for _ in range(12):
        server.add_flags(box.account, FOLDER, [12], "\\Flagged")
        server.remove_flags(box.account, FOLDER, [12], "\\Flagged")

    office.sync(box)

    assert set(kept(office, box)) >= {*range(1, 12), 23}
    settled(office, server, box)


def test_they_do_also_where_those_that_had_them_were_gone_before(
    office: Office, server: Dovecot, box: Box, restored_over: Callable[[], None]
):
    server.expunge(box.account, FOLDER, [9, 10, 11])
    office.sync(box)
    restored_over()
    deliver(server, box, map(letter, range(20, 23)), FOLDER)

    report = office.sync(box)

    assert report.counts.new == 3
    assert kept(office, box) == [*range(1, 12), *range(20, 23)]
    settled(office, server, box)


def test_a_backup_in_which_only_flags_are_older_brings_them_back_and_resets_nothing(
    office: Office, server: Dovecot, box: Box, backup: Path
):
    server.remove_flags(box.account, FOLDER, [1, 2], SEEN)
    server.add_flags(box.account, FOLDER, [5], SEEN)
    office.sync(box)
    assert shown(office, box) == {5}
    server.put_back(box.account, backup)

    report = office.sync(box)

    assert report.counts == Counts(changed=3)
    assert shown(office, box) == {1, 2}
    assert codes(office, box, "folder.reset") == []
    settled(office, server, box)


def test_a_click_on_a_number_of_before_a_restore_marks_no_other_message(
    office: Office, server: Dovecot, box: Box, restored_over: Callable[[], None]
):
    switch(office, "yes")
    mark(office, box, [10], seen=True)
    restored_over()
    deliver(server, box, map(letter, range(20, 23)), FOLDER)

    office.sync(box)

    assert server.flags(box.account, FOLDER)[10] == frozenset()
    assert waiting(office, box) == {}
    [entry] = entries(office, box, "read_status.failed")
    assert "as after a restore" in entry.message
    settled(office, server, box)


def test_numbers_near_the_end_of_what_imap_can_count(office: Office, server: Dovecot, box: Box):
    # Dovecot itself counts no further than that.
    server.doveadm(
        "mailbox", "update", "-u", box.account.name, "--min-next-uid", str(2**32 - 6), FOLDER
    )
    deliver(server, box, map(letter, range(50, 53)), FOLDER)
    switch(office, "yes")

    report = office.sync(box)
    server.add_flags(box.account, FOLDER, [2**32 - 5], SEEN)
    mark(office, box, [2**32 - 4], seen=True)
    flagged = office.sync(box)
    server.expunge(box.account, FOLDER, [2**32 - 6])
    removed = office.sync(box)

    assert report.counts == Counts(new=3)
    assert flagged.counts == Counts(changed=1, pushed=1)
    assert removed.counts == Counts(removed=1)
    assert shown(office, box) == {2**32 - 5, 2**32 - 4}
    assert server.flags(box.account, FOLDER)[2**32 - 4] == {SEEN}
    assert codes(office, box, "folder.reset") == []
    settled(office, server, box)


def test_mod_sequences_of_more_than_32_bits(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot, folders=(FOLDER,))
    deliver(dovecot, box, map(letter, range(1, 6)), FOLDER)
    dovecot.doveadm(
        "mailbox", "update", "-u", box.account.name, "--min-highest-modseq", str(2**62), FOLDER
    )
    office.sync(box)

    dovecot.add_flags(box.account, FOLDER, [2], SEEN)
    changed = office.sync(box)

    assert dovecot.status(box.account, FOLDER).highest_modseq > 2**62
    assert changed.counts == Counts(changed=1)
    assert shown(office, box) == {2}
    settled(office, dovecot, box)
