"""A test in the background: watched while it goes on, one at a time, never waiting for ever."""

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import select

from mailboxadmin.demo.deeds import Stall
from mailboxadmin.domain.errors import InvalidInputs, NotFound
from mailboxadmin.domain.mailbox import Check, Encryption, Server
from mailboxadmin.services.checking import live_check
from mailboxadmin.services.checking.live_check import (
    LOST_AFTER,
    BeingTested,
    read_check,
    start_check,
    stop_check,
)
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.store import checks
from mailboxadmin.store.tables import CheckRow
from tests.support.configuring import ADMIN
from tests.support.dovecot import Dovecot
from tests.support.log import logged
from tests.support.office import Box, Office

PATIENCE_S = 60


def start(office: Office, box: Box, draft: Draft | None = None) -> int:
    return start_check(office.deps, box.id, draft or Draft(), actor=ADMIN, set_by="admin")


def until(office: Office, box: Box, check_id: int, enough: Callable[[Check], bool]) -> Check:
    deadline = time.monotonic() + PATIENCE_S
    while not enough(check := read_check(office.deps, check_id, box.id)):
        assert time.monotonic() < deadline, check
        time.sleep(0.02)
    return check


def wait_for_threads() -> None:
    """Until no test goes on in this process."""
    for thread in threading.enumerate():
        if thread.name == "check":
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


def ended(check: Check) -> bool:
    return check.finished_at is not None


@pytest.fixture
def silent(scripted_imap, office: Office) -> Box:
    """A mailbox whose server says nothing after the connection."""
    server = scripted_imap([], greeting=Stall(), may_stop_early=True)
    where = Server(host=server.host, port=server.port, encryption=Encryption.NONE)
    return office.mailbox_at(where)


def test_its_rungs_are_there_to_be_read_and_then_its_end(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)

    check = until(office, box, start(office, box), ended)

    assert check.ok and len(check.steps) == 5
    assert "INBOX" in check.folders
    assert len(logged(office, "check.finished")) == 1


def test_while_it_goes_on_it_shows_how_far_it_is(office: Office, silent: Box):
    check_id = start(office, silent)

    live = until(office, silent, check_id, lambda check: len(check.steps) == 2)

    assert not ended(live) and not live.ok
    assert [step.phase.value for step in live.steps] == ["dns", "tcp"]
    with pytest.raises(BeingTested) as refused:
        start(office, silent)
    assert refused.value.check_id == check_id
    assert until(office, silent, check_id, ended).finding is not None


def test_it_is_stopped_at_once_and_nothing_counts_as_a_failure(office: Office, silent: Box):
    check_id = start(office, silent)
    until(office, silent, check_id, lambda check: len(check.steps) == 2)

    stopped = stop_check(office.deps, check_id, silent.id, actor=ADMIN)

    assert ended(stopped) and stopped.stopped and not stopped.ok and stopped.finding is None
    wait_for_threads()
    after = read_check(office.deps, check_id, silent.id)
    # The red rung of the connection that was cut is not told.
    assert [step.phase.value for step in after.steps] == ["dns", "tcp"]
    assert after.finding is None and office.row(silent).ladder is None
    (entry,) = logged(office, "check.finished")
    assert entry.actor == ADMIN and "was stopped on request" in entry.message
    assert entry.detail["code"] is None
    assert stop_check(office.deps, check_id, silent.id, actor=ADMIN) == after
    assert len(logged(office, "check.finished")) == 1


def test_one_that_another_process_stopped_ends_at_its_next_rung(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    begin = live_check.check_plan

    def stopped_elsewhere(deps, plan, **options):
        with office.deps.store.write() as db:
            (row,) = db.scalars(select(CheckRow)).all()
            checks.stop_check(row, ADMIN, office.clock.now())
        return begin(deps, plan, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live_check, "check_plan", stopped_elsewhere)
        check_id = start(office, box)
        wait_for_threads()

    check = read_check(office.deps, check_id, box.id)
    assert check.stopped and check.steps == () and logged(office, "check.finished") == []


def test_what_has_ended_cannot_be_stopped_any_more(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    check = until(office, box, start(office, box), ended)
    assert check.id is not None

    assert stop_check(office.deps, check.id, box.id, actor=ADMIN).ok


def test_another_mailboxs_test_is_not_there(office: Office, dovecot: Dovecot):
    box, other = office.mailbox(server=dovecot), office.mailbox(server=dovecot)
    check_id = start(office, box)
    until(office, box, check_id, ended)

    with pytest.raises(NotFound):
        read_check(office.deps, check_id, other.id)
    with pytest.raises(NotFound):
        stop_check(office.deps, check_id, other.id, actor=ADMIN)


def test_what_cannot_be_accepted_is_said_before_anything_starts(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)

    with pytest.raises(InvalidInputs):
        start(office, box, Draft(texts={"imap_port": "0"}))


def test_a_test_whose_process_died_is_over(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    with office.deps.store.write() as db:
        check_id = checks.new_check(db, box.id, office.clock.now())

    office.clock.advance(seconds=LOST_AFTER.total_seconds())

    check = read_check(office.deps, check_id, box.id)
    assert ended(check) and check.finding is not None
    until(office, box, start(office, box), ended)


def test_old_tests_are_forgotten(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    until(office, box, start(office, box), ended)
    until(office, box, start(office, box), ended)

    office.clock.advance(days=2)
    until(office, box, start(office, box), ended)

    with office.deps.store.read() as db:
        assert len(db.scalars(select(CheckRow)).all()) == 1
