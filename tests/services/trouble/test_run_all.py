"""*Run all*: side by side, told as it comes, never twice at once, and nobody is hammered."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from mailboxadmin.demo.deeds import Stall
from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.domain.run_all import Outcome, RunAll
from mailboxadmin.services.trouble import run_all_work
from mailboxadmin.services.trouble.run_all import (
    LOST_AFTER,
    AllRunning,
    read_run_all,
    start_run_all,
    stop_run_all,
)
from mailboxadmin.store import mailbox_facts, run_alls
from tests.support import states
from tests.support.configuring import ADMIN
from tests.support.dovecot import Dovecot
from tests.support.log import logged
from tests.support.mailstore import Account
from tests.support.office import PASSWORD, Box, Office

PATIENCE_S = 60


@pytest.fixture(autouse=True)
def nothing_goes_on_afterwards() -> Iterator[None]:
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("run-all"):
            thread.join(PATIENCE_S)


def until(office: Office, enough: Callable[[RunAll], bool]) -> RunAll:
    deadline = time.monotonic() + PATIENCE_S
    while (run := read_run_all(office.deps)) is None or not enough(run):
        assert time.monotonic() < deadline, run
        time.sleep(0.05)
    return run


def ended(run: RunAll) -> bool:
    return run.finished_at is not None


def outcomes(run: RunAll) -> dict[str, Outcome]:
    return {result.address: result.outcome for result in run.results}


@pytest.fixture
def silent(scripted_imap, office: Office) -> Box:
    """A mailbox whose server says nothing after the connection."""
    server = scripted_imap([], greeting=Stall(), may_stop_early=True)
    where = Server(host=server.host, port=server.port, encryption=Encryption.NONE)
    return office.mailbox_at(where, Account("silent@example.org", PASSWORD))


def test_each_is_told_and_the_office_has_one_line_in_the_log(office: Office, dovecot: Dovecot):
    good = office.mailbox(server=dovecot)
    bad = office.mailbox(server=dovecot, password="wrong")
    refused = office.mailbox(server=dovecot, password="wrong")
    paused = office.mailbox(server=dovecot)
    states.put(office, refused.person, State.NEEDS_ACTION, states.finding())
    states.put(office, paused.person, State.PAUSED)
    logins = dovecot.logins_of(refused.account)

    start_run_all(office.deps, actor=ADMIN)
    run = until(office, ended)

    assert outcomes(run) == {
        good.person.email: Outcome.WORKS,
        bad.person.email: Outcome.FAILS,
        refused.person.email: Outcome.REFUSED_BEFORE,
        paused.person.email: Outcome.PAUSED,
    }
    [failing] = run.of(Outcome.FAILS)
    assert failing.finding is not None and failing.finding.code == "auth.bad_credentials"
    assert dovecot.logins_of(refused.account) == logins
    [entry] = logged(office, Code.CHECKS_FINISHED)
    assert entry.message == (
        "Tested all mailboxes: 1 work, 1 do not, 1 not tried, because the sign-in was refused "
        "before, 1 paused."
    )


def test_whose_mailbox_was_tested_reads_so_in_their_own_log(office: Office, dovecot: Dovecot):
    good = office.mailbox(server=dovecot)
    bad = office.mailbox(server=dovecot, password="wrong")
    paused = office.mailbox(server=dovecot)
    states.put(office, paused.person, State.PAUSED)

    start_run_all(office.deps, actor=ADMIN)
    until(office, ended)

    told = {entry.mailbox_id: entry for entry in logged(office, Code.CHECK_FINISHED)}
    assert told.keys() == {good.id, bad.id}
    assert {entry.actor for entry in told.values()} == {ADMIN}
    # Routine: it is no failure of the mailbox, and counts as no try of a person's.
    assert {entry.level for entry in told.values()} == {Level.ROUTINE}
    assert told[good.id].message == "Tested together with all others: it works."
    assert told[bad.id].detail == {"ok": False, "code": "auth.bad_credentials"}


def test_it_changes_no_state_and_learns_the_folders(office: Office, dovecot: Dovecot):
    box, bad = office.mailbox(server=dovecot), office.mailbox(server=dovecot, password="wrong")

    start_run_all(office.deps, actor=ADMIN)
    until(office, ended)

    assert office.state(bad) is State.NEW
    assert office.row(bad).ladder is not None
    with office.deps.store.read() as db:
        assert "INBOX" in (mailbox_facts.listed_folders(db, box.id) or ())


def test_results_come_while_one_hangs_and_a_stop_cuts_that(
    office: Office, dovecot: Dovecot, silent: Box
):
    good = office.mailbox(server=dovecot)

    start_run_all(office.deps, actor=ADMIN)
    run = until(office, lambda run: run.done == 1)
    stop_run_all(office.deps, actor=ADMIN)
    stopped = until(office, ended)

    assert run.live and outcomes(run)[good.person.email] is Outcome.WORKS
    assert outcomes(run)[silent.person.email] is Outcome.WAITS
    assert outcomes(stopped)[silent.person.email] is Outcome.NOT_TRIED
    assert stopped.cancelled_by == ADMIN


def test_never_two_at_once_until_the_first_is_lost(office: Office, silent: Box):
    start_run_all(office.deps, actor=ADMIN)
    with pytest.raises(AllRunning):
        start_run_all(office.deps, actor=ADMIN)
    stop_run_all(office.deps, actor=ADMIN)
    until(office, ended)

    with office.deps.store.write() as db:
        begun = run_alls.begin_run_all(db, {}, by=ADMIN, now=office.clock.now())
    office.clock.advance(seconds=LOST_AFTER.total_seconds() + 1)

    lost = read_run_all(office.deps)
    assert lost is not None and lost.lost and not lost.live
    assert start_run_all(office.deps, actor=ADMIN) > begun - 1


def test_more_hang_than_are_tested_at_once(
    office: Office, dovecot: Dovecot, silent: Box, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(run_all_work, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(run_all_work, "LIMIT_S", 1.0)
    last = office.mailbox(server=dovecot, email="zoe@example.org")

    start_run_all(office.deps, actor=ADMIN)
    run = until(office, ended)

    assert outcomes(run)[last.person.email] is Outcome.NOT_TRIED
    assert run.cancelled_by is None


def test_one_whose_result_cannot_be_told_does_not_hold_up_the_others(
    office: Office, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(run_all_work, "MOST_AT_ONCE", 1)
    first, second = (office.mailbox(server=dovecot, email=f"{n}@example.org") for n in "ab")
    keep = run_all_work.keep_ladder

    def keep_but_the_first(db, mailbox_id, climbed):
        if mailbox_id == first.id:
            raise RuntimeError("a fault of ours")
        keep(db, mailbox_id, climbed)

    monkeypatch.setattr(run_all_work, "keep_ladder", keep_but_the_first)
    start_run_all(office.deps, actor=ADMIN)
    run = until(office, ended)

    assert outcomes(run) == {
        first.person.email: Outcome.NOT_TRIED,
        second.person.email: Outcome.WORKS,
    }
