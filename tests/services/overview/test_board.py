"""The board: what needs someone, what mends itself, and each mailbox in a line."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from mailboxadmin.domain.errors import NotFound
from mailboxadmin.domain.finding import Fixer, Scope
from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.overview import board
from mailboxadmin.services.overview.history import read_history
from mailboxadmin.services.work.beat import read_beat
from mailboxadmin.services.work.runs import begin_run, held
from mailboxadmin.store.tables import LeaseRow
from tests.support import states
from tests.support.office import Office


@contextmanager
def queries(office: Office) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(connection, cursor, statement, *rest):
        asked.append(statement)

    event.listen(office.deps.store.engine, "before_cursor_execute", note)
    yield asked
    event.remove(office.deps.store.engine, "before_cursor_execute", note)


def test_broken_mailboxes_stand_on_top_and_the_rest_by_name(office: Office):
    for name, state in (
        ("Zoe", State.OK),
        ("Carl", State.PAUSED),
        ("Adam", State.OK),
        ("Dana", State.RETRYING),
        ("Hugo", State.NEEDS_ACTION),
    ):
        wrong = states.finding(temporary=state is State.RETRYING)
        broken = state in (State.RETRYING, State.NEEDS_ACTION)
        states.put(office, states.somebody(office, name), state, wrong if broken else None)
    states.somebody(office, "Newcomer")

    seen = board.read_board(office.deps)

    names = [line.mailbox.owner_name for line in seen.lines]
    assert names == ["Hugo", "Dana", "Adam", "Zoe", "Newcomer", "Carl"]
    assert [len(case.mailboxes) for case in seen.needing] == [1]
    assert [case.mailboxes[0].owner_name for case in seen.retrying] == ["Dana"]
    assert (seen.count(State.OK), seen.connected) == (2, 5)


def test_one_cause_on_one_server_is_one_case(office: Office):
    wide = states.finding(
        "tls.expired_certificate", scope=Scope.MAIL_SERVER, fix_by=Fixer.MAIL_HOST
    )
    for name in ("Ben", "Chloé", "Ines"):
        states.put(office, states.somebody(office, name), State.NEEDS_ACTION, wide)
    for name in ("Anna", "Dana"):
        states.put(office, states.somebody(office, name), State.NEEDS_ACTION, states.finding())

    cases = board.read_board(office.deps).needing

    assert [len(case.mailboxes) for case in cases] == [3, 1, 1]
    assert cases[0].since == office.clock.now() - timedelta(hours=1)


def test_a_line_counts_the_mail_of_each_of_the_last_24_hours(office: Office):
    mailbox_id = states.put(office, states.somebody(office, "Anna"), State.OK)
    for count, hours_ago in ((3, 0), (2, 1), (7, 23), (9, 25)):
        states.put_mail(office, mailbox_id, count, hours_ago=hours_ago)

    [line] = board.read_board(office.deps).lines

    assert line.hours == (7, *[0] * 21, 2, 3)
    assert line.mailbox.messages == 21


def test_a_mailbox_is_running_while_its_lease_is_renewed(office: Office):
    mailbox_id = states.put(office, states.somebody(office, "Anna"), State.OK)

    run = begin_run(office.deps, mailbox_id, actor="scheduler")
    with held(office.deps, run):
        while_running = board.mailbox(office.deps, mailbox_id).running
    office.clock.advance(seconds=61)

    assert while_running == run.id
    assert board.mailbox(office.deps, mailbox_id).running is None


def test_a_run_whose_process_died_does_not_go_on(office: Office):
    mailbox_id = states.put(office, states.somebody(office, "Anna"), State.OK)

    run = begin_run(office.deps, mailbox_id, actor="scheduler")
    with held(office.deps, run), office.deps.store.write() as db:
        db.get_one(LeaseRow, mailbox_id).pid_started = "an earlier process"

    [seen] = board.read_board(office.deps).lines
    assert seen.mailbox.running is None
    assert board.mailbox(office.deps, mailbox_id).running is None
    assert read_history(office.deps, mailbox_id).mailbox.running is None
    assert read_beat(office.deps).running == 0


def test_a_glance_knows_who_and_how_and_counts_no_messages(office: Office):
    mailbox_id = states.put(office, states.somebody(office, "Anna"), State.OK)
    states.put_mail(office, mailbox_id, 3)

    with queries(office) as asked:
        [seen] = board.glance_at_all(office.deps)

    assert (seen.owner_name, seen.state, seen.configured) == ("Anna", State.OK, True)
    assert not [query for query in asked if "messages" in query]


def test_mailboxes_are_found_by_address_in_any_case(office: Office):
    anna = states.somebody(office, "Anna")

    assert board.mailbox_by_address(office.deps, " Anna@Example.ORG").id == anna.mailbox_id
    with pytest.raises(NotFound, match=r"nobody@example\.org"):
        board.mailbox_by_address(office.deps, "nobody@example.org")
    with pytest.raises(NotFound):
        board.mailbox(office.deps, 4711)
