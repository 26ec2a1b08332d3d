"""What mail servers make of a token: refusals, busy servers, tokens that end in the middle."""

import base64
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from mailboxadmin.demo.deeds import Close
from mailboxadmin.demo.faulty_dialogue import PassOn
from mailboxadmin.demo.faulty_imap import FaultyImap, Trouble
from mailboxadmin.domain.activity import COMMAND_LINE, Code
from mailboxadmin.domain.consent import Outcome
from mailboxadmin.domain.finding import Finding, Fixer, Phase
from mailboxadmin.domain.mailbox import Check, State
from mailboxadmin.domain.mask import MASK
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.run import Outcome as Ran
from mailboxadmin.domain.run import SyncReport
from mailboxadmin.imap.said import oauthbearer, xoauth2
from mailboxadmin.services.checking.check import run_check
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.reading.messages import mark_messages
from mailboxadmin.services.syncing.attempt import MOST_SPENT_TOKENS
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.log import logged, told
from tests.support.office import Box
from tests.support.scripted_steps import Step, answer, capability, expect
from tests.support.stored import stored
from tests.support.token_dovecot import TokenQuestions
from tests.support.token_office import TokenOffice

EXCHANGE = (
    "* OK The Microsoft Exchange IMAP4 service is ready. "
    "[TABPADQAUABSADAAMwBDAEEAMAAwADEAMAAuAGUAdQByAA==]"
)
ENDED = b"* BYE Session invalidated - AccessTokenExpired\r\n"


def refuses(*words: str, way: str = "XOAUTH2") -> list[Step]:
    """A server that explains itself in a challenge, and refuses the token and the next one."""
    reason = base64.b64encode(b'{"status":"400","schemes":"Bearer"}').decode()
    steps = [capability(f"IMAP4rev1 AUTH={way}")]
    for said in words:
        steps += [
            expect(f"AUTHENTICATE {way}$", "+ "),
            answer("[A-Za-z0-9+/=]+$", f"+ {reason}"),
            answer("", f"{{tag}} {said}"),
        ]
    return steps


def both(office: TokenOffice, box: Box) -> tuple[Check, SyncReport]:
    """The same mailbox, tested and synced."""
    return run_check(office.deps, box.id, actor=box.person.email), office.office.sync(box)


def alike(check: Check, report: SyncReport) -> Finding:
    """The finding of both; what a server says may hold the time."""
    assert check.finding is not None
    assert report.finding is not None
    assert check.finding.code == report.finding.code
    assert check.finding.steps == report.finding.steps
    return report.finding


@pytest.mark.parametrize(
    ("key", "greeting", "said", "fix_by"),
    [
        (
            AppKey.GMAIL,
            "* OK Gimap ready for requests from 192.0.2.1",
            "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
            Fixer.OWNER,
        ),
        (AppKey.OUTLOOK, EXCHANGE, "NO AUTHENTICATE failed.", Fixer.PROVIDER_ADMIN),
    ],
)
def test_a_fresh_token_that_is_refused_later_is_told_and_counted_once(
    token_office, scripted_imap, key, greeting, said, fix_by
):
    ann = token_office.connected(key)
    dialogue = refuses(said, said)
    token_office.move(ann, scripted_imap(dialogue, dialogue, greeting=greeting))

    check, report = both(token_office, ann)

    finding = alike(check, report)
    assert (finding.code, finding.fix_by) == ("auth.token_refused", fix_by)
    assert finding.server_said == said.removeprefix("NO ")
    # One refresh for each of the two sign-ins: a token that should be good is tried anew once.
    assert token_office.provider.refreshes_of(ann.account.name) == 2
    row = token_office.office.row(ann)
    assert (row.state, row.refusals) == (State.NEEDS_ACTION, 1)
    assert token_office.grant(ann).ended_at is None


def test_a_token_that_opens_no_mailbox_is_told(token_office, scripted_imap):
    ann = token_office.connected(AppKey.OUTLOOK)
    dialogue = [
        capability("IMAP4rev1 AUTH=XOAUTH2"),
        expect("AUTHENTICATE XOAUTH2$", "+ "),
        answer("[A-Za-z0-9+/=]+$", "{tag} OK AUTHENTICATE completed."),
        capability("IMAP4rev1 AUTH=XOAUTH2"),
        expect("", "{tag} BAD User is authenticated but not connected."),
    ]
    server = scripted_imap(dialogue, dialogue, greeting=EXCHANGE, may_stop_early=True)
    token_office.move(ann, server)

    check, report = both(token_office, ann)

    finding = alike(check, report)
    assert (finding.code, finding.fix_by) == ("auth.not_connected", Fixer.PROVIDER_ADMIN)
    assert token_office.office.state(ann) is State.NEEDS_ACTION
    assert token_office.provider.refreshes_of(ann.account.name) == 0


@contextmanager
def ends_sessions(
    token_office: TokenOffice, box: Box, times: int, at: str = "UID FETCH"
) -> Iterator[FaultyImap]:
    """The Dovecot behind a server that ends so many sessions at such a command."""
    left = times

    def end(_: bytes) -> bytes:
        nonlocal left
        left -= 1
        if left == 0:
            line.begin(Trouble(marks=True))
        return ENDED

    trouble = Trouble(at=at, does=(PassOn(end), Close()), marks=True)
    with FaultyImap(token_office.dovecot.port, trouble) as line:
        token_office.move(box, line)
        yield line
        assert line.mistakes == []


@pytest.mark.parametrize("times", [1, MOST_SPENT_TOKENS])
@pytest.mark.parametrize(
    "at", ["EXAMINE", "UID SEARCH", r"UID FETCH .*SIZE", r"UID FETCH .*BODY", "LIST"]
)
def test_a_token_that_ends_in_the_middle_of_a_run_is_renewed_unseen(token_office, at, times):
    ann = token_office.connected(AppKey.OUTLOOK)
    token_office.dovecot.deliver_many(ann.account, mails.generate(5))

    with ends_sessions(token_office, ann, times, at):
        report = token_office.office.sync(ann)

    counts = report.counts
    assert (report.outcome, report.finding) == (Ran.OK, None)
    assert (counts.new, counts.quarantined, counts.remaining) == (5, 0, 0)
    assert len(stored(token_office.office, ann)) == 5
    assert token_office.provider.refreshes_of(ann.account.name) == times
    assert token_office.office.state(ann) is State.OK
    assert not logged(token_office.office, Code.SYNC_FAILED)
    assert not logged(token_office.office, Code.OAUTH_REFRESH_FAILED)


def test_a_click_waits_for_no_other_run_when_the_token_ends_over_it(token_office):
    ann = token_office.connected(AppKey.OUTLOOK)
    token_office.dovecot.deliver_many(ann.account, mails.generate(2))
    change_settings(token_office.deps, {"sync_read_status": "yes"}, actor=COMMAND_LINE)
    token_office.office.sync(ann)
    first = stored(token_office.office, ann)[0]
    mark_messages(token_office.deps, ann.id, [first.id], seen=True, actor=COMMAND_LINE)

    with ends_sessions(token_office, ann, 1, "SELECT"):
        report = token_office.office.sync(ann)

    assert (report.outcome, report.finding, report.counts.pushed) == (Ran.OK, None, 1)
    assert token_office.provider.refreshes_of(ann.account.name) == 1


def test_a_server_that_ends_every_session_is_told(token_office):
    ann = token_office.connected(AppKey.OUTLOOK)
    token_office.dovecot.deliver(ann.account, mails.message(1))

    with ends_sessions(token_office, ann, 1000) as line:
        report = token_office.office.sync(ann)
        check = run_check(token_office.deps, ann.id, actor=ann.person.email)

    finding = alike(check, report)
    assert (finding.code, finding.temporary) == ("server.closed", True)
    assert "AccessTokenExpired" in finding.server_said
    assert report.counts.quarantined == 0
    signed_in = [said for said in line.said if said.startswith("AUTHENTICATE")]
    assert len(signed_in) == 1 + MOST_SPENT_TOKENS + 1  # the last one is the test's
    assert token_office.provider.refreshes_of(ann.account.name) == MOST_SPENT_TOKENS


@pytest.fixture
def busy_server(token_office, start_dovecot) -> Dovecot:
    """A real Dovecot that takes each refused token for a fault of its own."""
    url = token_office.provider.userinfo_url
    return start_dovecot(tokens=TokenQuestions(url=url, mode="auth"))


def test_a_server_that_cannot_ask_about_a_token_is_temporary(token_office, busy_server):
    busy = token_office.box(dovecot=busy_server)
    assert token_office.agree(busy).outcome is Outcome.CONNECTED
    token_office.provider.expire_access_tokens(busy.account.name)

    check, report = both(token_office, busy)

    finding = alike(check, report)
    assert finding.code == "auth.temporary_failure"
    assert "[UNAVAILABLE]" in finding.server_said
    assert token_office.office.state(busy) is State.RETRYING
    # Not the token is at fault, as far as the server says.
    assert token_office.provider.refreshes_of(busy.account.name) == 0
    grant, row = token_office.grant(busy), token_office.office.row(busy)
    assert (grant.ended_at, row.refusals) == (None, 0)


def test_a_consent_that_the_server_cannot_look_at_is_unfinished(token_office, busy_server):
    ann = token_office.box(dovecot=busy_server)
    token_office.provider.manner.lifetime_s = 0

    result = token_office.agree(ann)

    assert result.outcome is Outcome.UNFINISHED
    assert result.finding.code == "auth.temporary_failure"
    assert token_office.office.state(ann) is State.NEW


@pytest.mark.parametrize("offered", ["IMAP4rev1", "IMAP4rev1 AUTH=PLAIN AUTH=LOGIN SASL-IR"])
def test_a_server_without_a_way_for_tokens_is_told_and_no_token_is_asked_for(
    token_office, scripted_imap, offered
):
    ann = token_office.connected()
    token_office.office.clock.advance(hours=2)
    before = token_office.provider.token_requests
    token_office.move(ann, scripted_imap([capability(offered)], [capability(offered)]))

    check, report = both(token_office, ann)

    finding = alike(check, report)
    assert (finding.code, finding.phase) == ("oauth.not_available", Phase.TOKEN)
    assert finding.field == "auth_method"
    assert token_office.provider.token_requests == before
    assert token_office.office.state(ann) is State.NEEDS_ACTION


def test_a_server_with_the_standards_way_alone_is_served(token_office):
    ann = token_office.connected()
    token_office.dovecot.deliver(ann.account, mails.message(1))
    trouble = Trouble(capability="IMAP4rev1 SASL-IR AUTH=OAUTHBEARER UIDPLUS")

    with FaultyImap(token_office.dovecot.port, trouble) as line:
        token_office.move(ann, line)
        check, report = both(token_office, ann)

    assert (check.ok, report.outcome, report.counts.new) == (True, Ran.OK, 1)
    assert {said for said in line.said if "AUTHENTICATE" in said} == {"AUTHENTICATE OAUTHBEARER"}
    assert line.mistakes == []


FORMS: dict[str, Callable[[str, str], str]] = {
    "as it is": lambda _, token: token,
    "as XOAUTH2": lambda name, token: base64.b64encode(xoauth2(name, token)).decode(),
    "as OAUTHBEARER": lambda name, token: base64.b64encode(oauthbearer(name, token)).decode(),
}


@pytest.mark.parametrize("key", AppKey)
@pytest.mark.parametrize("way", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize("form", FORMS)
def test_a_token_that_a_server_says_back_is_masked(
    token_office, scripted_imap, caplog, form, way, key
):
    caplog.set_level(logging.DEBUG)
    ann = token_office.connected(key)
    name, token = ann.account.name, token_office.tokens(ann)[0]
    echoed = FORMS[form](name, token)
    dialogue = refuses(f"NO [UNAVAILABLE] cannot look at {echoed} now", way=way)
    token_office.move(ann, scripted_imap(dialogue, dialogue))

    check, report = both(token_office, ann)

    finding = alike(check, report)
    # A long answer is cut, also in the middle of a token.
    assert finding.server_said.startswith(f"[UNAVAILABLE] cannot look at {MASK}")
    texts = [
        json.dumps([finding.as_json(), [step.as_json() for step in check.steps]]),
        json.dumps(token_office.office.row(ann).ladder),
        *told(token_office.office),
        caplog.text,
    ]
    secrets = {token, *(make(name, token) for make in FORMS.values())}
    assert not [secret for secret in secrets for text in texts if secret in text]
