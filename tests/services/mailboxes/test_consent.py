"""A person agrees at the local provider, and the mailbox is read at a real Dovecot."""

import pytest

from mailboxadmin.demo.provider_pages import Choice
from mailboxadmin.domain.activity import Code
from mailboxadmin.domain.consent import Outcome, Stray
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.mailboxes.consent import StrayReturn
from mailboxadmin.store.secrets import password_row
from tests.support import mails
from tests.support.log import told
from tests.support.token_office import press

both = pytest.mark.parametrize("key", AppKey)


@both
def test_who_agrees_is_connected_and_read(token_office, key):
    ann = token_office.box()
    token_office.dovecot.deliver(ann.account, mails.message(1))

    result = token_office.agree(ann, key)
    report = token_office.office.sync(ann)

    assert result.outcome is Outcome.CONNECTED
    assert report.counts.new == 1
    assert token_office.office.state(ann) is State.OK
    assert token_office.grant(ann).connected_by == ann.person.email


@both
def test_who_cancels_changes_nothing(token_office, key):
    ann = token_office.box()

    result = token_office.agree(ann, key, Choice.CANCEL)

    assert (result.outcome, result.finding) == (Outcome.CANCELLED, None)
    assert token_office.office.state(ann) is State.NEW


@both
def test_another_account_is_told_from_the_mail_server(token_office, key):
    ann = token_office.box()

    result = token_office.agree(ann, key, Choice.SOMEBODY_ELSE)

    assert result.outcome is Outcome.REFUSED
    assert result.finding.code == "oauth.wrong_account"
    with token_office.deps.store.read() as db:
        assert not db.connection().exec_driver_sql("SELECT * FROM grants").all()


@both
def test_a_permission_without_mail_is_refused(token_office, key):
    ann = token_office.box()

    result = token_office.agree(ann, key, Choice.WITHOUT_MAIL)

    assert result.outcome is Outcome.REFUSED
    assert result.finding.code == "oauth.scope_missing"


def test_a_way_back_leads_somewhere_only_once(token_office):
    ann = token_office.box()
    query = press(token_office.begin(ann), Choice.ALLOW)
    token_office.finish(AppKey.GMAIL, query)

    with pytest.raises(StrayReturn) as stray:
        token_office.finish(AppKey.GMAIL, query)

    assert stray.value.stray is Stray.USED


def test_a_way_back_is_over_after_ten_minutes(token_office):
    ann = token_office.box()
    query = press(token_office.begin(ann), Choice.ALLOW)
    token_office.office.clock.advance(minutes=10, seconds=1)

    with pytest.raises(StrayReturn) as stray:
        token_office.finish(AppKey.GMAIL, query)

    assert stray.value.stray is Stray.EXPIRED


@pytest.mark.parametrize("state", ["", "made up"])
def test_a_state_that_was_not_made_here_leads_nowhere(token_office, state):
    query = press(token_office.begin(token_office.box()), Choice.ALLOW) | {"state": state}

    with pytest.raises(StrayReturn) as stray:
        token_office.finish(AppKey.GMAIL, query)

    assert stray.value.stray is Stray.UNKNOWN


def test_a_state_holds_in_the_browser_that_began_only(token_office):
    query = press(token_office.begin(token_office.box()), Choice.ALLOW)

    with pytest.raises(StrayReturn) as stray:
        token_office.finish(AppKey.GMAIL, query, browser="another")

    assert stray.value.stray is Stray.ELSEWHERE


def test_a_state_for_one_provider_is_not_taken_from_another(token_office):
    query = press(token_office.begin(token_office.box(), AppKey.GMAIL), Choice.ALLOW)

    with pytest.raises(StrayReturn) as stray:
        token_office.finish(AppKey.OUTLOOK, query)

    assert stray.value.stray is Stray.MIXED_UP


def test_a_code_of_another_flow_is_refused_by_its_verifier(token_office):
    ann, ben = token_office.box(), token_office.box()
    of_ben = press(token_office.begin(ben), Choice.ALLOW)
    of_ann = press(token_office.begin(ann), Choice.ALLOW)

    result = token_office.finish(AppKey.GMAIL, of_ann | {"code": of_ben["code"]})

    assert result.outcome is Outcome.REFUSED
    assert result.mailbox_id == ann.id


def test_a_delegate_opens_a_shared_mailbox(token_office):
    info, ann = token_office.box(), token_office.box()
    token_office.provider.delegate(info.account.name, to=ann.account.name)

    result = token_office.agree(info, AppKey.OUTLOOK, Choice.SOMEBODY_ELSE, ann.account.name)

    assert result.outcome is Outcome.CONNECTED


def test_a_permission_takes_the_place_of_the_password(token_office):
    ann = token_office.office.mailbox(server=token_office.dovecot)
    token_office.office.sync(ann)

    result = token_office.agree(ann)
    report = token_office.office.sync(ann)

    assert result.outcome is Outcome.CONNECTED
    assert report.finding is None
    with token_office.deps.store.read() as db:
        assert password_row(db, ann.id) is None


def test_the_log_tells_of_each_way_and_of_no_secret(token_office):
    ann = token_office.box()
    cancelled = press(token_office.begin(ann), Choice.CANCEL)
    token_office.finish(AppKey.GMAIL, cancelled)
    agreed = press(token_office.begin(ann), Choice.ALLOW)
    token_office.finish(AppKey.GMAIL, agreed)

    lines = told(token_office.office)

    codes = [line.partition(" ")[0] for line in lines if line.startswith("oauth.")]
    assert codes == [Code.OAUTH_CONNECTED, Code.OAUTH_REFUSED]
    secrets = (agreed["code"], agreed["state"], *token_office.tokens(ann))
    assert not any(secret in line for secret in secrets for line in lines)
