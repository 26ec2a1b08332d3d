"""`sync --due` takes over from the scheduler, also what is done behind the syncs."""

from mailboxadmin.domain.erasure import Wish
from mailboxadmin.services.staff.erasing_apart import ask_to_erase, read_erasure
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


def test_due_erases_what_was_asked_for(run, office, dovecot):
    box = office.mailbox(server=dovecot)
    asked = ask_to_erase(office.deps, box.person.id, Wish.MAIL, actor="grace@example.org")

    before = read_erasure(office.deps, asked)
    run("sync", "--due")

    assert before.finished_at is None
    assert read_erasure(office.deps, asked).finished_at is not None
