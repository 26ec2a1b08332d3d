"""Access tokens: kept while they are good, renewed by one at a time, and never lost."""

import threading
from datetime import timedelta

import pytest

from mailboxadmin.demo.provider_values import DOWN, LineFault, Refusal
from mailboxadmin.domain.activity import COMMAND_LINE, SCHEDULER, Code, Level
from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.finding import Fixer
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.run import Outcome
from mailboxadmin.domain.token import TokenAnswer
from mailboxadmin.oauth.answers import refused
from mailboxadmin.services.mailboxes.pausing import pause_mailbox
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.sign_in.refreshing import MOST_UNANSWERED, refresh_due_tokens
from mailboxadmin.services.sign_in.token_outcome import record_failed, record_refreshed
from mailboxadmin.services.sign_in.tokens import Asking, access_token
from mailboxadmin.services.staff.people import disable_person
from mailboxadmin.services.syncing.rounds import due_mailboxes
from mailboxadmin.services.syncing.sync import sync_mailbox
from mailboxadmin.services.work.runs import cancel_run, current_run
from tests.support import mails
from tests.support.log import logged
from tests.support.waiting import wait_for

REVOKED = Refusal(error="invalid_grant", description="Token has been expired or revoked.")


def refreshes(token_office, box) -> int:
    return token_office.provider.refreshes_of(box.account.name)


def refresh_due(token_office) -> int:
    return refresh_due_tokens(token_office.deps, threading.Event())


def asked(token_office) -> int:
    return token_office.provider.token_requests


def test_a_good_token_is_used_as_it_is(token_office):
    ann = token_office.connected()

    token_office.office.clock.advance(minutes=49)
    report = token_office.office.sync(ann)

    assert report.outcome is Outcome.OK
    assert refreshes(token_office, ann) == 0


@pytest.mark.parametrize("key", AppKey)
def test_a_token_is_renewed_before_a_run_when_less_than_ten_minutes_remain(token_office, key):
    ann = token_office.connected(key)
    first = token_office.tokens(ann)

    token_office.office.clock.advance(minutes=51)
    report = token_office.office.sync(ann)

    assert report.outcome is Outcome.OK
    assert refreshes(token_office, ann) == 1
    access, refresh = token_office.tokens(ann)
    assert access != first[0]
    # Microsoft gives a new one at each refresh, Google none: then the old one is kept.
    assert (refresh != first[1]) is (key is AppKey.OUTLOOK)


def test_a_token_that_ended_hours_ago_is_renewed_unseen(token_office):
    ann = token_office.connected(AppKey.OUTLOOK)
    token_office.dovecot.deliver(ann.account, mails.message(1))

    token_office.office.clock.advance(days=30)
    report = token_office.office.sync(ann)

    assert (report.outcome, report.counts.new) == (Outcome.OK, 1)
    [entry] = logged(token_office.office, Code.OAUTH_REFRESHED)
    assert entry.level == Level.ROUTINE
    assert not logged(token_office.office, Code.SYNC_FAILED)


def test_a_token_that_the_server_refuses_early_is_renewed_once_and_unseen(token_office):
    ann = token_office.connected()
    token_office.provider.expire_access_tokens(ann.account.name)

    report = token_office.office.sync(ann)

    assert report.outcome is Outcome.OK
    assert refreshes(token_office, ann) == 1


def test_a_refused_token_counts_as_one_try_however_it_was_renewed(token_office):
    ann = token_office.connected()
    token_office.provider.expire_access_tokens(ann.account.name)
    stranger = token_office.provider.grant("somebody@example.org")
    put_refresh_token(token_office, ann, stranger.refresh_token)

    report = token_office.office.sync(ann)

    assert report.finding.code == "auth.token_refused"
    assert token_office.office.row(ann).refusals == 1


def put_refresh_token(token_office, box, token: str) -> None:
    from mailboxadmin.store.grants import REFRESH_TOKEN, put_token

    deps = token_office.deps
    with deps.store.write() as db:
        put_token(db, box.id, REFRESH_TOKEN, deps.vault.seal(token), deps.clock.now())


def test_the_scheduler_renews_tokens_of_idle_and_paused_mailboxes(token_office):
    ann, ben = token_office.connected(AppKey.OUTLOOK), token_office.connected()
    pause_mailbox(token_office.deps, ann.id, actor=COMMAND_LINE)
    token_office.office.clock.advance(minutes=51)

    due = refresh_due(token_office)

    assert due == 2
    assert [refreshes(token_office, each) for each in (ann, ben)] == [1, 1]
    assert token_office.office.state(ann) is State.PAUSED
    assert refresh_due(token_office) == 0


def test_tokens_of_who_is_shut_out_are_left_to_end(token_office):
    ann = token_office.connected()
    token_office.office.admin()
    disable_person(token_office.deps, ann.person.id, actor=COMMAND_LINE)
    token_office.office.clock.advance(minutes=51)

    assert refresh_due(token_office) == 0


def test_a_provider_that_is_down_spoils_nothing_while_the_token_is_good(token_office):
    ann = token_office.connected()
    token_office.office.clock.advance(minutes=51)
    token_office.provider.fail_always(DOWN)

    report = token_office.office.sync(ann)
    again = token_office.office.sync(ann)

    assert (report.outcome, again.outcome) == (Outcome.OK, Outcome.OK)
    # The second run does not ask what was refused a moment ago.
    assert asked(token_office) == 2  # the code, and one refresh
    [entry] = logged(token_office.office, Code.OAUTH_REFRESH_FAILED)
    assert entry.level == Level.WARNING


def test_an_outage_of_two_hours_makes_nobody_connect_again(token_office):
    ann = token_office.connected(AppKey.OUTLOOK)
    token_office.office.sync(ann)
    token_office.provider.fail_always(DOWN)

    seen = set()
    for _ in range(24):
        token_office.office.clock.advance(minutes=5)
        for due in due_mailboxes(token_office.deps, token_office.office.clock.now()):
            sync_mailbox(token_office.deps, due, actor=SCHEDULER)
        seen.add(token_office.office.state(ann))
    token_office.provider.heal()
    token_office.office.clock.advance(hours=1, minutes=13)
    for due in due_mailboxes(token_office.deps, token_office.office.clock.now()):
        sync_mailbox(token_office.deps, due, actor=SCHEDULER)

    assert seen == {State.OK, State.RETRYING}
    assert token_office.office.state(ann) is State.OK
    assert token_office.grant(ann).ended_at is None


@pytest.mark.parametrize("fault", [LineFault.CLOSE, LineFault.HTML, LineFault.NO_TOKEN])
def test_what_is_no_answer_is_temporary(token_office, fault):
    ann = token_office.connected()
    token_office.office.clock.advance(hours=2)
    token_office.provider.fail_always(fault)

    report = token_office.office.sync(ann)

    assert report.finding.code == "oauth.provider_unavailable"
    assert token_office.office.state(ann) is State.RETRYING


def test_a_named_time_to_wait_is_obeyed(token_office):
    ann = token_office.connected()
    token_office.office.clock.advance(hours=2)
    token_office.provider.fail_always(
        Refusal(status=429, error="temporarily_unavailable", retry_after="1200")
    )

    token_office.office.sync(ann)

    waits = token_office.office.row(ann).next_attempt_at - token_office.office.clock.now()
    assert waits == timedelta(seconds=1200)


def test_an_ended_permission_is_final_and_is_asked_for_no_more(token_office):
    ann = token_office.connected()
    token_office.office.sync(ann)
    token_office.office.clock.advance(hours=2)
    token_office.provider.fail_always(REVOKED)

    refresh_due(token_office)
    before = asked(token_office)
    for _ in range(48):
        for due in due_mailboxes(token_office.deps, token_office.office.clock.now()):
            sync_mailbox(token_office.deps, due, actor=SCHEDULER)
        refresh_due(token_office)
        token_office.office.clock.advance(minutes=30)

    assert asked(token_office) == before
    assert token_office.office.state(ann) is State.NEEDS_ACTION
    row = token_office.office.row(ann)
    assert row.finding["code"] == "oauth.grant_expired"
    assert row.finding["fix_by"] == Fixer.OWNER
    assert row.next_attempt_at is None


def test_a_person_asks_again_for_what_has_ended(token_office):
    ann = token_office.connected()
    token_office.office.clock.advance(hours=2)
    token_office.provider.fail_next(REVOKED)
    assert token_office.office.sync(ann).finding.code == "oauth.grant_expired"

    report = token_office.office.sync(ann)

    assert report.outcome is Outcome.OK
    assert token_office.grant(ann).ended_at is None


def test_who_connects_again_goes_on_where_it_stopped(token_office):
    ann = token_office.connected()
    token_office.dovecot.deliver(ann.account, mails.message(1))
    token_office.office.sync(ann)
    token_office.provider.revoke(ann.account.name)
    assert token_office.office.sync(ann).finding.code == "oauth.grant_expired"
    token_office.dovecot.deliver(ann.account, mails.message(2))

    token_office.agree(ann)
    report = token_office.office.sync(ann)

    assert (report.outcome, report.counts.new) == (Outcome.OK, 1)
    assert logged(token_office.office, Code.MAILBOX_RECOVERED)


def test_an_expired_client_secret_is_one_incident_and_ends_by_itself(token_office):
    boxes = [token_office.connected(AppKey.OUTLOOK) for _ in range(3)]
    token_office.provider.register(AppKey.OUTLOOK, secret_expired=True)
    token_office.office.clock.advance(hours=2)
    findings = [token_office.office.sync(each).finding for each in boxes]

    token_office.provider.register(
        AppKey.OUTLOOK, secret_expired=False, client_secret="a-new-value-of-a-new-secret"
    )
    change_settings(
        token_office.deps,
        {"outlook_client_secret": "a-new-value-of-a-new-secret"},
        actor=COMMAND_LINE,
    )
    due = due_mailboxes(token_office.deps, token_office.office.clock.now())
    reports = [sync_mailbox(token_office.deps, each, actor=SCHEDULER) for each in due]

    assert {finding.code for finding in findings} == {"oauth.client_secret_expired"}
    assert sorted(due) == sorted(each.id for each in boxes)
    assert {report.outcome for report in reports} == {Outcome.OK}


def test_an_app_that_was_taken_away_is_told(token_office):
    ann = token_office.connected()
    change_settings(token_office.deps, {"gmail_client_id": ""}, actor=COMMAND_LINE)

    report = token_office.office.sync(ann)

    assert report.finding.code == "oauth.client_invalid"
    assert report.finding.fix_by is Fixer.ADMIN


def test_a_provider_that_does_not_answer_is_left_alone_for_the_others(token_office, monkeypatch):
    boxes = [token_office.connected() for _ in range(MOST_UNANSWERED + 2)]
    token_office.office.clock.advance(hours=2)
    before = asked(token_office)
    token_office.provider.fail_always(LineFault.CLOSE)

    refresh_due(token_office)

    assert len(boxes) == MOST_UNANSWERED + 2
    assert asked(token_office) - before == MOST_UNANSWERED


def test_threads_renew_a_token_once_for_all_of_them(token_office):
    ann = token_office.connected(AppKey.OUTLOOK)
    token_office.office.clock.advance(hours=2)
    token_office.provider.manner.delay_s = 0.2
    given = []

    def take() -> None:
        given.append(access_token(token_office.deps, ann.id, Asking(actor=SCHEDULER))[0])

    threads = [threading.Thread(target=take) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert refreshes(token_office, ann) == 1
    assert len(given) == 20
    assert len(set(given)) == 1


def test_a_token_that_is_not_to_be_had_says_why(token_office):
    ann = token_office.connected()
    token_office.office.clock.advance(hours=2)
    token_office.provider.fail_always(REVOKED)

    with pytest.raises(MailFailure) as failure:
        access_token(token_office.deps, ann.id, Asking(actor=SCHEDULER))

    assert failure.value.facts.server_said == f"invalid_grant: {REVOKED.description}"


def test_a_person_stops_a_run_that_waits_for_a_token(token_office):
    ann = token_office.connected()
    token_office.office.clock.advance(hours=2)
    token_office.provider.fail_always(LineFault.HANG)
    reports = []
    run = threading.Thread(target=lambda: reports.append(token_office.office.sync(ann)))

    run.start()
    wait_for(lambda: token_office.provider.token_requests == 2)
    cancel_run(token_office.deps, current_run(token_office.deps, ann.id), actor=ann.person.email)
    run.join(timeout=60)
    token_office.provider.heal()

    assert [report.outcome for report in reports] == [Outcome.CANCELLED]
    assert not logged(token_office.office, Code.OAUTH_REFRESH_FAILED)


def test_what_comes_late_for_a_permission_touches_no_other_one(token_office):
    ann = token_office.connected(AppKey.OUTLOOK)
    before = token_office.grant(ann).connected_at
    late = token_office.provider.grant(ann.account.name, AppKey.OUTLOOK)
    token_office.office.clock.advance(minutes=1)
    token_office.agree(ann, AppKey.OUTLOOK)
    held = token_office.tokens(ann)

    deps, ended = token_office.deps, refused(TokenAnswer(app="outlook", error="invalid_grant"))
    record_failed(deps, ann.id, ended.facts, connected_at=before, actor=SCHEDULER)
    record_refreshed(
        deps, ann.id, late, connected_at=before, actor=SCHEDULER, due_at=deps.clock.now()
    )

    assert token_office.tokens(ann) == held
    assert token_office.grant(ann).ended_at is None
    assert not logged(token_office.office, Code.OAUTH_REFRESH_FAILED)
