"""What a click leaves behind: nothing to send, something to send, and when."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import update

from mailboxadmin.domain.activity import Level
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.domain.run import Counts, Outcome, Result
from mailboxadmin.services.syncing.outcome import record_outcome
from mailboxadmin.services.syncing.rounds import due_mailboxes
from mailboxadmin.services.work.runs import begin_run, held
from mailboxadmin.store.tables import MailboxRow, MailboxSettingRow
from mailboxadmin.store.tables_mail import MessageRow
from tests.services.clicking import SEEN, mark, shown, switch, waiting
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.overheard import OverheardLine
from tests.support.stored import codes, entries, stored
from tests.support.waiting import PATIENCE_S


@pytest.fixture
def line(dovecot: Dovecot) -> Iterator[OverheardLine]:
    with OverheardLine(dovecot.port) as line:
        yield line


@pytest.fixture
def box(office: Office, dovecot: Dovecot, line: OverheardLine) -> Box:
    """A mailbox with five messages, the first one read, synced over a line that is overheard."""
    account = dovecot.user()
    where = Server(host=line.host, port=line.port, encryption=Encryption.NONE)
    box = office.mailbox_at(where, account)
    dovecot.deliver(account, mails.message(0), seen=True)
    dovecot.deliver_many(account, [mails.message(number) for number in range(1, 5)])
    assert office.sync(box).counts == Counts(new=5)
    return box


def test_with_the_setting_off_nothing_is_ever_written_to_the_server(
    office: Office, dovecot: Dovecot, box: Box, line: OverheardLine
):
    mark(office, box, [1], seen=False)
    done = mark(office, box, [3, 4], seen=True)
    dovecot.deliver(box.account, mails.message(5))
    dovecot.expunge(box.account, "INBOX", [2])
    report = office.sync(box)

    assert (done.changed, done.to_send) == (2, 0)
    assert (report.outcome, report.counts) == (Outcome.OK, Counts(new=1, removed=1))
    assert shown(office, box) == {3, 4}
    assert dovecot.flags(box.account)[1] == {SEEN}
    assert "EXAMINE" in line.verbs
    # All there is to read with; nothing of what can write.
    assert line.verbs <= {
        *("CAPABILITY", "LOGIN", "ID", "ENABLE", "LIST", "STATUS", "EXAMINE", "NOOP", "LOGOUT"),
        *("UID SEARCH", "UID FETCH"),
    }


def test_switching_it_on_does_not_send_earlier_clicks(office: Office, dovecot: Dovecot, box: Box):
    mark(office, box, [3], seen=True)
    switch(office, "yes")
    mark(office, box, [4], seen=True)

    report = office.sync(box)

    assert report.counts == Counts(pushed=1)
    assert shown(office, box) == {1, 3, 4}
    assert dovecot.flags(box.account)[3] == frozenset()


def test_an_earlier_click_is_sent_when_it_is_made_again(office: Office, dovecot: Dovecot, box: Box):
    mark(office, box, [3], seen=True)
    switch(office, "yes")

    again = mark(office, box, [1, 3], seen=True)
    office.sync(box)

    assert (again.changed, again.to_send) == (0, 1)
    assert dovecot.flags(box.account)[3] == {SEEN}


def test_switching_it_off_keeps_here_what_waits_and_says_so(
    office: Office, box: Box, line: OverheardLine
):
    switch(office, "yes")
    mark(office, box, [3, 4], seen=True)
    switch(office, "no")

    report = office.sync(box)
    switch(office, "yes")
    office.sync(box)

    assert (report.outcome, report.counts) == (Outcome.OK, Counts())
    assert (shown(office, box), waiting(office, box)) == ({1, 3, 4}, {})
    [entry] = entries(office, box, "read_status.failed")
    assert (entry.level, entry.detail["count"]) == (Level.WARNING, 2)
    assert not line.verbs & {"SELECT", "UID STORE"}


def test_a_click_with_it_off_overrules_one_that_waits(office: Office, box: Box):
    switch(office, "yes")
    mark(office, box, [3], seen=True)
    switch(office, "no")
    mark(office, box, [3], seen=False)
    switch(office, "yes")

    report = office.sync(box)

    assert report.counts == Counts()
    assert shown(office, box) == {1}


def test_the_mailbox_decides_for_itself(office: Office, dovecot: Dovecot, box: Box):
    with office.deps.store.write() as db:
        db.add(MailboxSettingRow(mailbox_id=box.id, key="sync_read_status", value="yes"))
    mark(office, box, [3], seen=True)

    office.sync(box)

    assert dovecot.flags(box.account)[3] == {SEEN}


def test_marking_what_is_so_already_tells_the_server_nothing(
    office: Office, box: Box, line: OverheardLine
):
    switch(office, "yes")

    done = mark(office, box, [1], seen=True)
    office.sync(box)

    assert (done.changed, done.to_send) == (0, 0)
    assert "SELECT" not in line.verbs


def test_a_message_without_uid_waits_and_the_log_says_it_once(
    office: Office, dovecot: Dovecot, box: Box
):
    switch(office, "yes")
    (message_id,) = [each.id for each in stored(office, box) if each.uid == 3]
    with office.deps.store.write() as db:
        db.execute(
            update(MessageRow)
            .where(MessageRow.id == message_id)
            .values(uid=None, imported_at=office.clock.now())
        )
    for seen in (True, False, True):
        mark(office, box, [None], seen=seen)
    without_uid = waiting(office, box)
    with office.deps.store.write() as db:
        db.execute(update(MessageRow).where(MessageRow.id == message_id).values(uid=3))

    report = office.sync(box)

    assert without_uid == {None: True}
    [entry] = entries(office, box, "read_status.no_uid")
    assert entry.message == f"Email ID {message_id} has no UID stored"
    assert entry.level is Level.INFO
    assert "imported" in entry.detail["meaning"]
    assert report.counts.pushed == 1
    assert dovecot.flags(box.account)[3] == {SEEN}


def test_a_click_makes_the_mailbox_due_at_once(office: Office, box: Box):
    switch(office, "yes")
    mark(office, box, [1], seen=True)
    before = due_mailboxes(office.deps, office.clock.now())
    mark(office, box, [3], seen=True)

    assert before == []
    assert due_mailboxes(office.deps, office.clock.now()) == [box.id]


@pytest.mark.parametrize("state", [State.NEEDS_ACTION, State.RETRYING, State.PAUSED])
def test_a_mailbox_that_does_not_work_keeps_its_own_next_try(
    office: Office, box: Box, line: OverheardLine, state: State
):
    switch(office, "yes")
    with office.deps.store.write() as db:
        db.get_one(MailboxRow, box.id).state = state.value
    said = len(line.said)

    mark(office, box, [3], seen=True, at_once=True)
    office.let_runs_end()

    assert due_mailboxes(office.deps, office.clock.now()) == []
    assert len(line.said) == said
    assert waiting(office, box) == {3: True}


def test_in_the_server_clicks_are_sent_at_once_and_many_of_them_in_one_run(
    office: Office, dovecot: Dovecot, box: Box, gate: threading.Event
):
    switch(office, "yes")
    office.deps.pool.resize(1)
    office.deps.pool.submit(lambda: gate.wait(PATIENCE_S))
    for uid in (2, 3, 4, 3):
        mark(office, box, [uid], seen=True, at_once=True)
    gate.set()
    office.let_runs_end()

    assert shown(office, box) == {1, 2, 3, 4}
    assert {uid for uid, flags in dovecot.flags(box.account).items() if flags} == {1, 2, 3, 4}
    assert codes(office, box, "sync.") == ["sync.finished"] * 2


def test_a_server_that_is_being_stopped_leaves_the_click_to_the_next(office: Office, box: Box):
    switch(office, "yes")
    assert office.deps.pool.close(timeout_s=PATIENCE_S)

    mark(office, box, [3], seen=True, at_once=True)

    assert waiting(office, box) == {3: True}
    assert due_mailboxes(office.deps, office.clock.now()) == [box.id]


def test_a_click_that_came_too_late_for_a_run_makes_the_mailbox_due_again(office: Office, box: Box):
    switch(office, "yes")
    finished = Result(outcome=Outcome.OK, counts=Counts())
    early = begin_run(office.deps, box.id, actor="scheduler")
    with held(office.deps, early):
        record_outcome(office.deps, early, finished)
    without = due_mailboxes(office.deps, office.clock.now())
    run = begin_run(office.deps, box.id, actor="scheduler")
    with held(office.deps, run):
        mark(office, box, [3], seen=True)
        record_outcome(office.deps, run, finished)

    assert without == []
    assert due_mailboxes(office.deps, office.clock.now()) == [box.id]


def test_what_cannot_be_sent_yet_makes_nothing_due(office: Office, box: Box):
    switch(office, "yes")
    with office.deps.store.write() as db:
        db.execute(update(MessageRow).where(MessageRow.uid == 3).values(uid=None))

    mark(office, box, [None], seen=True)
    now_due = due_mailboxes(office.deps, office.clock.now())
    office.sync(box)

    assert now_due == []
    assert due_mailboxes(office.deps, office.clock.now()) == []
