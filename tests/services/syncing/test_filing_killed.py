"""A process that dies between the server's MOVE and writing that down."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.reading.undoing import take_back
from tests.services.filing import ANN, allow, move, places, waiting
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.overheard import OverheardLine
from tests.support.stored import codes
from tests.support.sync_process import go, sync_process
from tests.support.waiting import wait_for

pytestmark = pytest.mark.usefixtures("unhurried")


def filled(office: Office, dovecot: Dovecot, line: OverheardLine, *folders: str) -> Box:
    account = dovecot.user()
    where = Server(host=line.host, port=line.port, encryption=Encryption.NONE)
    box = office.mailbox_at(where, account, folders=folders)
    dovecot.deliver_many(account, mails.generate(4))
    if "Archive" not in dovecot.folders(account):
        dovecot.create_folder(account, "Archive")
    allow(office)
    office.sync(box)
    return box


@pytest.mark.parametrize("folders", [("INBOX", "Archive"), ("INBOX",)])
def test_killed_after_the_server_moved_nothing_is_lost_and_nothing_is_there_twice(
    open_office: Callable[..., Office],
    instance: Path,
    dovecot: Dovecot,
    folders: tuple[str, ...],
):
    office = open_office()
    with OverheardLine(dovecot.port) as line:
        box = filled(office, dovecot, line, *folders)
        before = places(office, box)
        filed = move(office, box, [1, 2], "Archive")
        line.leave_unanswered(b"UID MOVE")

        with sync_process(instance, box.id) as process:
            go(process)
            wait_for(lambda: len(dovecot.flags(box.account, "Archive")) == 2)
        # The end of the block kills it.
        waited, between = waiting(office, box), places(office, box)
        line.answer_again()
        line.said.clear()
        report = office.sync(box)

    assert [uid for uid, _, why in waited if why is None] == [1, 2]
    assert between == before
    assert (report.outcome, report.counts.pushed, report.counts.new) == (Outcome.OK, 2, 0)
    assert "UID MOVE" not in line.verbs
    assert sorted(places(office, box).values()) == [
        ("Archive", 1, True),
        ("Archive", 2, True),
        ("INBOX", 3, True),
        ("INBOX", 4, True),
    ]
    assert (waiting(office, box), codes(office, box, "filing.failed")) == ([], [])
    assert filed.undo


@pytest.mark.parametrize("command", [b"UID COPY", b"UID EXPUNGE"])
def test_killed_while_it_is_copied_and_removed_it_is_in_one_folder_in_the_end(
    open_office: Callable[..., Office],
    instance: Path,
    start_dovecot: Callable[..., Dovecot],
    command: bytes,
):
    server = start_dovecot(capability="IMAP4rev1 LITERAL+ UIDPLUS CONDSTORE ESEARCH ENABLE")
    office = open_office()
    with OverheardLine(server.port) as line:
        box = filled(office, server, line, "INBOX", "Archive")
        move(office, box, [1, 2], "Archive")
        line.leave_unanswered(command)
        with sync_process(instance, box.id) as process:
            go(process)
            wait_for(lambda: len(server.flags(box.account, "Archive")) == 2)
            wait_for(lambda: command in line.said)
        line.answer_again()
        line.said.clear()

        report = office.sync(box)

    assert "UID COPY" not in line.verbs
    assert (report.outcome, report.counts.new) == (Outcome.OK, 0)
    assert set(server.flags(box.account)) == {3, 4}
    assert server.flags(box.account, "Archive") == {1: frozenset(), 2: frozenset()}
    assert sorted(places(office, box).values()) == [
        ("Archive", 1, True),
        ("Archive", 2, True),
        ("INBOX", 3, True),
        ("INBOX", 4, True),
    ]
    assert waiting(office, box) == []


def test_killed_after_the_server_moved_and_taken_back_it_is_moved_back(
    open_office: Callable[..., Office], instance: Path, dovecot: Dovecot
):
    office = open_office()
    with OverheardLine(dovecot.port) as line:
        box = filled(office, dovecot, line, "INBOX", "Archive")
        filed = move(office, box, [1], "Archive")
        line.leave_unanswered(b"UID MOVE")
        with sync_process(instance, box.id) as process:
            go(process)
            wait_for(lambda: len(dovecot.flags(box.account, "Archive")) == 1)
        line.answer_again()
        assert filed.undo

        take_back(office.deps, box.id, filed.undo.id, actor=ANN)
        report = office.sync(box)

    assert (report.outcome, report.counts.new) == (Outcome.OK, 0)
    assert set(dovecot.flags(box.account)) == {2, 3, 4, 5}
    assert dovecot.flags(box.account, "Archive") == {}
    assert (len(places(office, box)), waiting(office, box)) == (4, [])
