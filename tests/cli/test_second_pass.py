"""`sync --due` takes over from the scheduler, also what is done behind the syncs."""

from tests.support import mails
from tests.support.examined import previews


def test_due_works_off_what_waits_for_its_text(run, office, dovecot):
    box = office.mailbox(server=dovecot)
    dovecot.deliver(box.account, mails.message(1))

    done = run("sync", "--due", "--json")

    assert done.status == 0
    assert [line["outcome"] for line in done.objects] == ["ok"]
    assert len(previews(office, box.id)) == 1


def test_a_plain_sync_does_not_wait_for_it(run, office, dovecot):
    box = office.mailbox(server=dovecot)
    dovecot.deliver(box.account, mails.message(1))

    run("sync")

    assert previews(office, box.id) == []
