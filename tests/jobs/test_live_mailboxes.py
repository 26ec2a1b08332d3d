"""Mailboxes that are live: new mail is here at once, and nobody is hammered for it."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from mailboxadmin.domain.activity import SCHEDULER, Code
from mailboxadmin.domain.live import Ended
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.jobs.live_mailboxes import LiveMailboxes
from mailboxadmin.jobs.scheduler import Scheduler
from mailboxadmin.services.mailboxes import waiting
from mailboxadmin.services.mailboxes.live_choice import mailboxes_to_begin
from mailboxadmin.services.mailboxes.pausing import pause_mailbox
from mailboxadmin.services.mailboxes.waiting import wait_for_change
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.overview.activity import Filter, iter_entries
from mailboxadmin.services.overview.board import read_board
from mailboxadmin.services.trouble import run_all, run_all_work
from mailboxadmin.store.tables import LeaseRow
from tests.support import mails
from tests.support.scripted_steps import answer, capability, expect, login, select
from tests.support.stored import stored

PATIENCE_S = 20


def until(condition):
    end = time.monotonic() + PATIENCE_S
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return met


@pytest.fixture
def synced(office, dovecot):
    """A mailbox with one message that was synced."""
    box = office.mailbox(server=dovecot)
    dovecot.deliver(box.account, mails.message(1))
    office.sync(box)
    return box


@pytest.fixture
def scheduler(office):
    made = Scheduler(office.deps)
    yield made
    made.stop()


@pytest.fixture
def live(office):
    made = LiveMailboxes(office.deps, hurry=lambda: None)
    yield made
    made.stop()


def begin(office, box):
    return office.deps.live.begin(box.id, office.row(box).configured_at)


def wait_once(office, box):
    """One wait, here; how it ended, and whether something was to be begun with at once."""
    hurried = []
    line = begin(office, box)
    # Only a test that fails waits so long.
    patience = threading.Timer(PATIENCE_S, line.call)
    patience.start()
    ended = wait_for_change(office.deps, line, lambda: hurried.append(True))
    patience.cancel()
    return ended, bool(hurried)


def test_new_mail_is_listed_without_waiting_for_a_turn(office, dovecot, synced, scheduler):
    scheduler.start()
    assert until(lambda: office.deps.live.is_live(synced.id))

    dovecot.deliver(synced.account, mails.message(2))

    # By its turn it would be due in five minutes, and the clock stands still.
    assert until(lambda: len(stored(office, synced)) == 2)
    assert until(lambda: office.deps.live.is_live(synced.id))
    dovecot.deliver(synced.account, mails.message(3))
    assert until(lambda: len(stored(office, synced)) == 3)


def test_the_line_is_given_up_for_a_run_and_taken_again_after_it(office, dovecot, synced, live):
    live.run()
    assert until(lambda: office.deps.live.is_live(synced.id))
    seen = []

    with office.deps.live.kept_away(synced.id):
        seen.append(dovecot.connections(synced.account))
        seen.append(office.deps.live.is_live(synced.id))
        office.deps.live.news.set()

    assert seen == [0, False]
    assert until(lambda: office.deps.live.is_live(synced.id))
    office.clock.advance(minutes=1)
    assert office.sync(synced).outcome.value == "ok"
    assert until(lambda: office.deps.live.is_live(synced.id))
    assert dovecot.logins_of(synced.account).over_limit == 0


def test_the_line_is_given_up_while_all_mailboxes_are_tested(
    office, dovecot, synced, live, monkeypatch
):
    live.run()
    assert until(lambda: office.deps.live.is_live(synced.id))
    climb, seen = run_all_work.climb, []

    def watched(*arguments, **options):
        seen.append(dovecot.connections(synced.account))
        return climb(*arguments, **options)

    monkeypatch.setattr(run_all_work, "climb", watched)
    run_all.start_run_all(office.deps, actor=SCHEDULER)

    assert until(lambda: run_all.read_run_all(office.deps).finished_at)
    assert seen == [0]
    assert until(lambda: office.deps.live.is_live(synced.id))


def test_waiting_is_no_run(office, synced, live):
    live.run()
    assert until(lambda: office.deps.live.is_live(synced.id))

    with office.deps.store.read() as db:
        assert db.get(LeaseRow, synced.id) is None
    assert office.sync(synced).outcome.value == "ok"


def test_what_came_while_nobody_waited_is_noticed_when_the_folder_is_opened(
    office, dovecot, synced
):
    dovecot.deliver(synced.account, mails.message(2))

    assert wait_once(office, synced) == (Ended.CHANGED, True)
    assert office.row(synced).next_attempt_at == office.clock.now()


def test_the_same_difference_is_not_told_twice(office, dovecot, synced):
    dovecot.deliver(synced.account, mails.message(2))
    wait_once(office, synced)
    office.deps.live.told_at.clear()
    line = begin(office, synced)
    line.waker.wake()

    # As with mail that the settings leave on the server: a run would bring it no nearer.
    assert wait_for_change(office.deps, line, lambda: None) is Ended.GIVEN_UP
    assert office.deps.live.rests == {}


def test_a_server_whose_changes_are_none_is_heard_less_often(office, synced):
    deps = office.deps
    for times, seconds in enumerate((2, 4, 8), start=1):
        office.clock.advance(seconds=1)
        deps.live.told_at[synced.id] = office.clock.now()
        office.sync(synced)
        wait_once(office, synced)

        assert deps.live.vain[synced.id] == times
        assert mailboxes_to_begin(deps) == []
        office.clock.advance(seconds=seconds)
        assert [each.id for each in mailboxes_to_begin(deps)] == [synced.id]


def test_a_refused_sign_in_is_left_to_the_runs(office, dovecot, synced, live):
    dovecot.change_password(synced.account, "another one")

    assert wait_once(office, synced) == (Ended.REFUSED, True)
    # The run that is due now finds out, and says so.
    assert office.sync(synced).finding.code == "auth.bad_credentials"
    live.run()
    office.clock.advance(minutes=4)
    time.sleep(0.3)

    assert office.state(synced) is State.NEEDS_ACTION
    assert dovecot.logins_of(synced.account).refused == 2
    assert mailboxes_to_begin(office.deps) == []


def test_a_server_that_is_away_is_tried_less_and_less_often(office, start_dovecot):
    server = start_dovecot()
    box = office.mailbox(server=server)
    office.sync(box)
    server.stop()
    rests = []

    for _ in range(3):
        assert wait_once(office, box) == (Ended.LOST, False)
        rest = office.deps.live.rests[box.id]
        rests.append(rest.until - office.clock.now())
        office.clock.advance(minutes=20)

    assert rests == sorted(rests)
    assert rests[0].total_seconds() >= 5
    assert office.state(box) is State.OK


def test_one_connection_too_many_is_not_asked_for_again_soon(office, start_dovecot):
    server = start_dovecot(max_userip_connections=1)
    box = office.mailbox(server=server)
    office.sync(box)

    with server.client(box.account):
        ended, hurried = wait_once(office, box)

    assert (ended, hurried) == (Ended.SLOW_DOWN, False)
    assert mailboxes_to_begin(office.deps) == []
    office.clock.advance(minutes=4)
    assert mailboxes_to_begin(office.deps) == []
    assert office.sync(box).outcome.value == "ok"


def test_the_one_connection_that_a_server_allows_is_the_runs(office, start_dovecot, live):
    server = start_dovecot(max_userip_connections=1)
    box = office.mailbox(server=server)
    office.sync(box)
    live.run()
    assert until(lambda: office.deps.live.is_live(box.id))

    reports = [office.sync(box) for _ in range(5)]

    assert [report.outcome.value for report in reports] == ["ok"] * 5
    assert server.logins_of(box.account).over_limit == 0


def test_a_server_without_idle_is_polled(office, start_dovecot):
    server = start_dovecot(capability="IMAP4rev1 SASL-IR UIDPLUS ID UNSELECT CHILDREN LITERAL+")
    box = office.mailbox(server=server)
    office.sync(box)

    assert wait_once(office, box) == (Ended.NOT_OFFERED, False)
    assert mailboxes_to_begin(office.deps) == []


def test_a_token_that_ended_is_followed_by_the_next(token_office):
    ann, office = token_office.connected(), token_office.office
    office.sync(ann)
    token_office.provider.expire_access_tokens(ann.account.name)
    office.clock.advance(hours=2)
    line = begin(office, ann)
    line.waker.wake()

    assert wait_for_change(office.deps, line, lambda: None) is Ended.GIVEN_UP
    assert office.deps.live.rests == {}


def test_only_as_many_as_the_setting_says_and_the_most_active_ones(office, dovecot):
    boxes = [office.mailbox(server=dovecot) for _ in range(3)]
    for days, box in zip((3, 1, 2), boxes, strict=True):
        arrived = datetime.now(UTC) - timedelta(days=days)
        dovecot.deliver(box.account, mails.message(days), internal_date=arrived)
        office.sync(box)

    change_settings(office.deps, {"live_mailboxes": "2"}, actor="test")
    two = [each.id for each in mailboxes_to_begin(office.deps)]
    change_settings(office.deps, {"live_mailboxes": "0"}, actor="test")
    none = mailboxes_to_begin(office.deps)

    assert two == [boxes[1].id, boxes[2].id]
    assert none == []


def test_what_should_not_be_live_any_more_is_given_up(office, synced, live):
    live.run()
    assert until(lambda: office.deps.live.is_live(synced.id))

    pause_mailbox(office.deps, synced.id, actor="test")
    office.deps.live.news.set()

    assert until(lambda: not office.deps.live.begun())


def test_a_stop_says_goodbye(office, dovecot, synced, live):
    live.run()
    assert until(lambda: office.deps.live.is_live(synced.id))

    assert live.stop()

    assert office.deps.live.begun() == frozenset()
    assert until(lambda: dovecot.connections(synced.account) == 0)
    assert begin(office, synced) is None


def test_a_run_does_not_wait_for_a_server_that_lets_nobody_go(
    office, scripted_imap, monkeypatch, synced
):
    monkeypatch.setattr("mailboxadmin.services.live.GOODBYE_S", 0.1)
    steps = [capability(), login("OK [CAPABILITY IMAP4rev1 IDLE] in"), select(exists=1)]
    idle = [expect("IDLE$", "+ idling"), answer("DONE$", "* OK wait")]
    server = scripted_imap([*steps, *idle], may_stop_early=True)
    where = Server(host=server.host, port=server.port, encryption=Encryption.NONE)
    office.connect(synced.id, where, "correct horse")
    monkeypatch.setattr(waiting, "_differs", lambda *_: False)
    line = begin(office, synced)
    ended = []

    def work():
        ended.append(wait_for_change(office.deps, line, lambda: None))

    thread = threading.Thread(target=work)
    thread.start()
    assert until(lambda: line.waits)
    with office.deps.live.kept_away(synced.id):
        over = line.over.is_set()
    thread.join(PATIENCE_S)

    assert over
    assert ended == [Ended.GIVEN_UP]


def test_a_fault_of_ours_is_logged_and_not_repeated_every_other_second(
    office, synced, monkeypatch, caplog
):
    def broken(*_arguments):
        raise TypeError("a mistake")

    monkeypatch.setattr(waiting, "_plan", broken)
    wait_once(office, synced)

    assert "waiting for mailbox" in caplog.text
    assert mailboxes_to_begin(office.deps) == []


def test_the_board_knows_who_is_live(office, synced, live):
    live.run()
    assert until(lambda: office.deps.live.is_live(synced.id))

    [line] = read_board(office.deps).lines

    assert line.live


def test_nothing_of_it_is_in_the_log(office, synced, live):
    before = [entry.code for entry in iter_entries(office.deps, Filter())]
    live.run()
    assert until(lambda: office.deps.live.is_live(synced.id))
    live.stop()

    assert [entry.code for entry in iter_entries(office.deps, Filter())] == before
    assert Code.SYNC_FINISHED in before
