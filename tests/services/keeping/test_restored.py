"""An office that goes on from a backup: the next sync brings it to what the server has."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.run import Counts, Outcome
from mailboxadmin.services.keeping.backup import create_backup
from mailboxadmin.services.keeping.restore import put_back, settle_in
from mailboxadmin.store.backup import database_file
from mailboxadmin.store.tables import MailboxRow
from tests.services.clicking import mark, shown, switch, waiting
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.stored import entries, here, stored

SEEN = "\\Seen"


@pytest.fixture
def box(office: Office, server: Dovecot) -> Box:
    """A mailbox with ten messages, synced, whose marks go to the server."""
    switch(office, "yes")
    box = office.mailbox(server=server, folders=("INBOX",))
    server.deliver_many(box.account, mails.generate(10))
    assert office.sync(box).counts == Counts(new=10)
    return box


@pytest.fixture
def go_back(
    office: Office, tmp_path: Path, open_office: Callable[..., Office]
) -> Callable[[], Callable[[], Office]]:
    """Make a backup; what is returned puts it back and opens the office that goes on."""

    def back_up() -> Callable[[], Office]:
        file = tmp_path / "office.backup"
        create_backup(office.deps, file, actor=COMMAND_LINE)

        def restore() -> Office:
            office.let_runs_end()
            database = database_file(office.deps.store.engine)
            office.deps.store.engine.dispose()
            put_back(file, database, office.clock.now())
            later = open_office(office.clock)
            settle_in(later.deps, file, actor=COMMAND_LINE)
            return later

        return restore

    return back_up


def test_it_has_what_the_server_has_and_then_nothing_is_left_to_do(
    office: Office, server: Dovecot, box: Box, go_back: Callable[[], Callable[[], Office]]
):
    restore = go_back()
    server.deliver_many(box.account, [mails.message(number) for number in (10, 11, 12)])
    server.add_flags(box.account, "INBOX", [2, 11], SEEN)
    server.expunge(box.account, "INBOX", [3, 12])
    office.sync(box)

    later = restore()
    first, second = later.sync(box), later.sync(box)

    assert (first.outcome, first.counts) == (Outcome.OK, Counts(new=2, changed=1, removed=1))
    assert second.counts == Counts()
    assert here(later, box).keys() == {("INBOX", uid) for uid in server.flags(box.account)}
    assert [each.uid for each in stored(later, box) if each.removed] == [3]
    assert here(later, box)["INBOX", 13] == mails.message(12)
    assert shown(later, box) == {2, 11}


def test_marks_that_were_sent_since_come_back_from_the_server_and_unsent_ones_do_not(
    office: Office, server: Dovecot, box: Box, go_back: Callable[[], Callable[[], Office]]
):
    restore = go_back()
    mark(office, box, [4], seen=True)
    office.sync(box)
    mark(office, box, [5], seen=True)

    later = restore()
    later.sync(box)

    assert shown(later, box) == {4}
    assert SEEN not in server.flags(box.account)[5]
    assert waiting(later, box) == {}


def test_a_mark_that_waited_then_is_sent_as_if_it_had_been_made_then(
    office: Office, server: Dovecot, box: Box, go_back: Callable[[], Callable[[], Office]]
):
    mark(office, box, [6], seen=True)
    restore = go_back()
    office.sync(box)
    server.remove_flags(box.account, "INBOX", [6], SEEN)
    office.sync(box)

    later = restore()
    report = later.sync(box)

    assert report.counts.pushed == 1
    assert SEEN in server.flags(box.account)[6]
    assert shown(later, box) == {6}


def test_a_folder_that_was_numbered_anew_since_brings_nothing_twice(
    office: Office, server: Dovecot, box: Box, go_back: Callable[[], Callable[[], Office]]
):
    restore = go_back()
    server.change_uid_validity(box.account)
    server.deliver(box.account, mails.message(10))
    office.sync(box)

    later = restore()
    report = later.sync(box)

    assert (report.outcome, report.counts.new) == (Outcome.OK, 1)
    assert len(stored(later, box)) == 11
    assert [each.code for each in entries(later, box, "folder.reset")] == ["folder.reset"]


def test_a_mailbox_of_somebody_who_came_since_is_gone_and_its_mail_is_on_the_server(
    office: Office, server: Dovecot, box: Box, go_back: Callable[[], Callable[[], Office]]
):
    restore = go_back()
    newcomer = office.mailbox(server=server)
    server.deliver(newcomer.account, mails.message(1))
    office.sync(newcomer)

    later = restore()

    with later.deps.store.read() as db:
        assert db.query(MailboxRow).count() == 1
    assert later.sync(box).outcome is Outcome.OK
