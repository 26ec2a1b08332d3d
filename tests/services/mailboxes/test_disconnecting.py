"""A permission is given up: the tokens go, the mail stays, and nothing is read any more."""

import pytest

from mailboxadmin.demo.provider_values import Endpoint, LineFault, Refusal
from mailboxadmin.domain.activity import COMMAND_LINE, Code, Level
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.incident import Ending
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.mailboxes.configure import configure_mailbox
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.services.sign_in.permission import disconnect
from mailboxadmin.services.syncing.attempt import attempt
from mailboxadmin.services.syncing.outcome import record_outcome
from mailboxadmin.services.syncing.rounds import due_mailboxes
from mailboxadmin.services.work.runs import begin_run, held
from mailboxadmin.store.tables import IncidentRow, SecretRow
from tests.support import mails
from tests.support.log import logged
from tests.support.stored import stored


def secrets_of(token_office, box) -> list[str]:
    with token_office.deps.store.read() as db:
        rows = db.query(SecretRow).filter(SecretRow.mailbox_id == box.id)
        return [row.name for row in rows]


@pytest.mark.parametrize("key", AppKey)
def test_the_tokens_go_and_the_mail_stays(token_office, key):
    ann = token_office.connected(key)
    token_office.dovecot.deliver(ann.account, mails.message(1))
    token_office.office.sync(ann)

    done = disconnect(token_office.deps, ann.id, actor=ann.person.email)

    assert done.revoked is (key is AppKey.GMAIL)
    assert secrets_of(token_office, ann) == []
    assert token_office.office.state(ann) is State.NEW
    assert len(stored(token_office.office, ann)) == 1
    token_office.office.clock.advance(days=1)
    assert due_mailboxes(token_office.deps, token_office.office.clock.now()) == []


def test_what_was_wrong_goes_on_no_more(token_office):
    ann = token_office.connected()
    token_office.office.clock.advance(hours=2)
    token_office.provider.fail_always(Refusal(error="invalid_grant", description="Bad Request"))
    token_office.office.sync(ann)

    disconnect(token_office.deps, ann.id, actor=COMMAND_LINE)

    assert token_office.office.row(ann).finding is None
    with token_office.deps.store.read() as db:
        assert [row.ended_by for row in db.query(IncidentRow)] == [Ending.DISCONNECTED]


def test_a_provider_that_cannot_be_told_is_said(token_office):
    ann = token_office.connected()
    token_office.provider.fail_always(LineFault.CLOSE, at=Endpoint.REVOKE)

    done = disconnect(token_office.deps, ann.id, actor=COMMAND_LINE)

    assert not done.revoked
    told = logged(token_office.office, Code.OAUTH_DISCONNECTED)
    assert [row.level for row in told] == [Level.INFO, Level.WARNING]
    assert "end it on Google’s own page" in told[1].message


def test_a_password_has_nothing_to_disconnect(token_office):
    ben = token_office.office.mailbox(server=token_office.dovecot)

    with pytest.raises(InvalidInput, match="not connected with Gmail or Outlook"):
        disconnect(token_office.deps, ben.id, actor=COMMAND_LINE)


def test_a_password_takes_the_place_of_a_permission_and_keeps_the_mail(token_office):
    ann = token_office.connected()
    token_office.dovecot.deliver(ann.account, mails.message(1))
    token_office.office.sync(ann)

    configure_mailbox(
        token_office.deps,
        ann.id,
        Draft(password=ann.account.password),
        actor=ann.person.email,
        set_by="staff",
        test=True,
    )
    report = token_office.office.sync(ann)

    assert report.finding is None
    assert secrets_of(token_office, ann) == ["password"]
    assert token_office.provider.refresh_tokens_of(ann.account.name) == ()
    assert len(stored(token_office.office, ann)) == 1


def test_a_run_that_ends_after_it_leaves_the_mailbox_at_rest(token_office):
    """The run goes on in another process, which is not told in time."""
    ann = token_office.connected()
    run = begin_run(token_office.deps, ann.id, actor=COMMAND_LINE)
    with held(token_office.deps, run):
        result = attempt(token_office.deps, run)
        disconnect(token_office.deps, ann.id, actor=ann.person.email)
        record_outcome(token_office.deps, run, result)

    row = token_office.office.row(ann)
    assert (row.state, row.next_attempt_at, row.finding) == (State.NEW, None, None)


def test_the_owner_names_no_server_while_it_is_connected(token_office):
    ann = token_office.connected()

    with pytest.raises(Exception, match="its own server is used"):
        configure_mailbox(
            token_office.deps,
            ann.id,
            Draft(texts={"imap_host": "mail.elsewhere.example"}),
            actor=ann.person.email,
            set_by="staff",
            test=False,
        )
