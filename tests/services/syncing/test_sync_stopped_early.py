"""Stopping a run that is still on its way to the mail, and asking for one that cannot begin."""

import socket
import threading

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.domain.run import Outcome, SkipReason, SyncReport
from mailboxadmin.services.mailboxes import pausing
from mailboxadmin.services.syncing import rounds
from mailboxadmin.services.syncing.sync import sync_mailbox
from tests.support.dovecot import Dovecot
from tests.support.log import logged
from tests.support.office import Office

PATIENCE_S = 60


def test_a_run_that_waits_for_a_greeting_is_stopped_at_once(office: Office):
    ann = office.person("ann@example.org")
    assert ann.mailbox_id is not None
    reports: list[SyncReport] = []

    def ask() -> None:
        reports.append(sync_mailbox(office.deps, ann.mailbox_id, actor=COMMAND_LINE))

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        server = Server(host="127.0.0.1", port=port, encryption=Encryption.NONE)
        office.connect(ann.mailbox_id, server, "secret words")
        run = threading.Thread(target=ask)
        run.start()
        silent.settimeout(PATIENCE_S)
        connection, _ = silent.accept()
        office.deps.running.stop_all()
        run.join(PATIENCE_S)
        connection.close()

    assert [report.outcome for report in reports] == [Outcome.CANCELLED]


def test_a_paused_mailbox_that_is_named_is_left_out_and_the_log_says_so(
    office: Office, dovecot: Dovecot
):
    box = office.mailbox(server=dovecot)
    pausing.pause_mailbox(office.deps, box.id, actor=COMMAND_LINE)

    [report] = rounds.sync_many(office.deps, [box.person.email], due=False, actor=COMMAND_LINE)

    assert report.reason is SkipReason.PAUSED
    assert office.state(box) is State.PAUSED
    assert [entry.message for entry in logged(office, "sync.skipped")] == [
        "Not synced: it is paused."
    ]
