"""A process that dies between telling the server and writing that down."""

from collections.abc import Callable
from pathlib import Path

from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.run import Outcome
from tests.services.clicking import SEEN, mark, shown, switch, waiting
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.office import Office
from tests.support.overheard import OverheardLine
from tests.support.stored import entries, stored
from tests.support.sync_process import go, sync_process
from tests.support.waiting import wait_for


def test_killed_after_the_server_was_told_nothing_is_lost_and_nothing_comes_twice(
    open_office: Callable[..., Office], instance: Path, dovecot: Dovecot
):
    office = open_office()
    with OverheardLine(dovecot.port) as line:
        account = dovecot.user()
        where = Server(host=line.host, port=line.port, encryption=Encryption.NONE)
        box = office.mailbox_at(where, account)
        dovecot.deliver_many(account, mails.generate(4))
        office.sync(box)
        switch(office, "yes")
        mark(office, box, [1, 2], seen=True)
        line.leave_unanswered(b"UID STORE")

        with sync_process(instance, box.id) as process:
            go(process)
            wait_for(lambda: dovecot.flags(account)[2] == {SEEN})
        # The end of the block kills it.
        waited = waiting(office, box)
        line.answer_again()
        line.said.clear()
        report = office.sync(box)

    assert waited == {1: True, 2: True}
    assert (report.outcome, report.counts.pushed) == (Outcome.OK, 2)
    assert "UID STORE" not in line.verbs
    assert (shown(office, box), waiting(office, box)) == ({1, 2}, {})
    assert [each.flags for each in stored(office, box)][:2] == [{SEEN}, {SEEN}]
    [entry] = entries(office, box, "read_status.pushed")
    assert entry.detail["count"] == 2
