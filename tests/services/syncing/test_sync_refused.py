"""A server that lets nobody in: how often it is asked, and what the mailbox says meanwhile."""

from datetime import timedelta
from itertools import pairwise

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE, SCHEDULER
from mailboxadmin.domain.finding import Fixer
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.mailboxes.configure import configure_mailbox
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.services.syncing.rounds import due_mailboxes, sync_many
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.scripted import ScriptedImap
from tests.support.scripted_steps import capability, login
from tests.support.stored import codes, entries


def run_due(office: Office) -> None:
    """One tick of the scheduler."""
    for mailbox_id in due_mailboxes(office.deps, office.clock.now()):
        assert list(sync_many(office.deps, None, due=True, actor=SCHEDULER)), mailbox_id


def test_a_refused_password_is_not_hammered(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot, password="wrong")

    within_the_hour = 0
    for minute in range(0, 24 * 60, 5):
        run_due(office)
        office.clock.advance(minutes=5)
        if minute == 55:
            within_the_hour = dovecot.logins_of(box.account).refused

    assert within_the_hour == 3
    assert dovecot.logins_of(box.account).refused == 3
    assert office.row(box).next_attempt_at is None


def test_a_refused_password_is_the_owners_to_mend(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot, password="wrong")

    report = office.sync(box)

    assert report.outcome is Outcome.FAILED
    finding = report.finding
    assert finding is not None
    assert (finding.code, finding.fix_by) == ("auth.bad_credentials", Fixer.OWNER)
    assert (finding.field, finding.temporary) == ("password", False)
    assert "AUTHENTICATIONFAILED" in (finding.server_said or "")
    assert office.state(box) is State.NEEDS_ACTION
    assert office.row(box).finding == finding.as_json()
    assert [step["phase"] for step in office.row(box).ladder or ()] == [
        "dns",
        "tcp",
        "greeting",
        "auth",
    ]


def test_a_failure_that_repeats_is_one_entry_with_a_count(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot, password="wrong")

    began = office.clock.now()
    for _ in range(3):
        office.sync(box)
        office.clock.advance(minutes=10)

    (entry,) = entries(office, box, "sync.failed")
    assert (entry.times, entry.first_at) == (3, began)
    assert entry.at == began + timedelta(minutes=20)
    assert entry.detail["finding"]["code"] == "auth.bad_credentials"


def test_the_right_password_recovers_it_and_says_how_long_it_was_broken(
    office: Office, dovecot: Dovecot
):
    box = office.mailbox(server=dovecot, password="wrong")
    dovecot.deliver(box.account, mails.message(1))
    office.sync(box)
    office.clock.advance(minutes=42)
    dovecot.change_password(box.account, "wrong")

    report = office.sync(box)

    assert (report.outcome, report.counts.new) == (Outcome.OK, 1)
    row = office.row(box)
    assert (row.state, row.finding, row.failures, row.ladder) == ("ok", None, 0, None)
    (recovered,) = entries(office, box, "mailbox.recovered")
    assert "42 minutes" in recovered.message
    assert codes(office, box, "sync") == ["sync.failed", "sync.finished"]


#: A server that cannot check passwords right now, as RFC 5530 has it say.
UNAVAILABLE = [capability(), login("NO [UNAVAILABLE] the user database is down, try later")]


@pytest.fixture
def unavailable(scripted_imap, office: Office) -> Box:
    """A mailbox on a server that lets nobody in for now; five times."""
    server: ScriptedImap = scripted_imap(*[UNAVAILABLE] * 5, may_stop_early=True)
    return office.mailbox_at(Server(host=server.host, port=server.port, encryption=Encryption.NONE))


def test_a_server_that_cannot_for_now_is_retried(office: Office, unavailable: Box):
    report = office.sync(unavailable)

    assert report.finding is not None
    assert report.finding.code == "auth.temporary_failure"
    assert report.finding.temporary
    assert office.state(unavailable) is State.RETRYING


def test_a_temporary_failure_is_retried_after_5_15_and_60_minutes(office: Office, unavailable: Box):
    tries = []
    while len(tries) < 5:
        tries.append(office.clock.now())
        office.sync(unavailable)
        next_attempt_at = office.row(unavailable).next_attempt_at
        assert next_attempt_at is not None
        office.clock.advance(seconds=(next_attempt_at - office.clock.now()).total_seconds())

    waits = [(after - before).total_seconds() / 60 for before, after in pairwise(tries)]
    for wait, least in zip(waits, [5, 15, 60, 60], strict=True):
        assert least <= wait <= least * 1.2


def test_a_temporary_failure_is_never_a_refusal(office: Office, unavailable: Box):
    for _ in range(4):
        office.sync(unavailable)

    row = office.row(unavailable)
    assert (row.refusals, row.failures) == (0, 4)
    assert row.next_attempt_at is not None


def test_a_new_password_that_was_tried_ends_in_a_recovery_in_the_log(
    office: Office, dovecot: Dovecot
):
    box = office.mailbox(server=dovecot, password="wrong")
    office.sync(box)
    office.clock.advance(hours=3)

    draft = Draft(password=box.account.password)
    configure_mailbox(office.deps, box.id, draft, actor=COMMAND_LINE, set_by="operator", test=True)
    office.sync(box)

    [entry] = entries(office, box, "mailbox.recovered")
    assert entry.message.startswith("Works again after 3 hours. It was: 127.0.0.1 does not accept")
