"""What is wrong with several mailboxes for one reason is one case, as long as it lasts."""

from datetime import timedelta

import pytest

from mailboxadmin.demo.ports import LOOPBACK, free_port
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Fixer, Phase, Scope
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.services.mailboxes.pausing import pause_mailbox
from mailboxadmin.services.overview import board
from mailboxadmin.services.overview.cases import Case
from mailboxadmin.services.overview.trying import try_case
from mailboxadmin.store.tables import MailboxRow
from tests.support import states
from tests.support.mailstore import Account
from tests.support.office import Box, Office
from tests.support.outcomes import (
    REFUSED,
    RESOLVER_DOWN,
    fails,
    server_down,
    succeeds,
    token_refused,
)

SOMEWHERE = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)
SECRET_EXPIRED = token_refused("invalid_client", "AADSTS7000222: The secret keys are expired.")
FULL_DISK = Facts(phase=Phase.LOCAL, happening=Happening.DISK_FULL)
EXPIRED = Facts(phase=Phase.TLS, happening=Happening.CERTIFICATE_EXPIRED, host="mail.example.org")


def people(office: Office, count: int, where: Server = SOMEWHERE) -> list[Box]:
    accounts = [Account(f"person{number}@example.org", "a password") for number in range(count)]
    return [office.mailbox_at(where, account) for account in accounts]


def sizes(cases: tuple[Case, ...]) -> list[int]:
    return [len(case.mailboxes) for case in cases]


@pytest.mark.parametrize(
    ("facts", "code", "called"),
    [
        (SECRET_EXPIRED, "oauth.client_secret_expired", "Outlook"),
        (server_down(), "tcp.refused", "mail.example.org"),
        (EXPIRED, "tls.expired_certificate", "mail.example.org"),
        (RESOLVER_DOWN, "dns.resolver_down", ""),
    ],
)
def test_one_cause_is_one_case(office: Office, facts: Facts, code: str, called: str):
    for box in people(office, 5):
        fails(office, box.id, facts)
        office.clock.advance(minutes=1)

    seen = board.read_board(office.deps)

    [case] = seen.needing + seen.retrying
    assert (case.finding.code, case.reach_name) == (code, called)
    assert len({mailbox.id for mailbox in case.mailboxes}) == 5
    assert case.since == office.clock.now() - timedelta(minutes=5)
    assert board.count_needing(office.deps) == len(seen.needing)


def test_two_servers_are_two_cases_and_so_are_two_passwords(office: Office):
    boxes = people(office, 6)
    for box, host in zip(boxes, ("a.example.org", "a.example.org", "b.example.org"), strict=False):
        fails(office, box.id, server_down(host))
    for box in boxes[3:]:
        fails(office, box.id, REFUSED)

    seen = board.read_board(office.deps)

    assert sizes(seen.retrying) == [2, 1]
    assert sizes(seen.needing) == [1, 1, 1]
    assert len({case.key for case in seen.needing + seen.retrying}) == 5
    assert board.count_needing(office.deps) == 3


def test_who_works_again_leaves_the_case_and_the_rest_stay(office: Office):
    boxes = people(office, 3)
    for box in boxes:
        fails(office, box.id, SECRET_EXPIRED)
    [before] = board.read_cases(office.deps)

    succeeds(office, boxes[0].id)
    [after] = board.read_cases(office.deps)
    for box in boxes[1:]:
        succeeds(office, box.id)

    assert [mailbox.id for mailbox in after.mailboxes] == [box.id for box in boxes[1:]]
    assert after.key == before.key
    assert board.read_cases(office.deps) == ()


def test_a_case_counts_tries_and_knows_the_next(office: Office):
    first, second = people(office, 2)
    for _ in range(3):
        fails(office, first.id, server_down())
    fails(office, second.id, server_down())

    [case] = board.read_cases(office.deps)

    assert case.times == 3
    assert case.next_attempt_at == min(
        office.row(box).next_attempt_at or office.clock.now() for box in (first, second)
    )


def test_a_paused_mailbox_is_no_case(office: Office):
    first, second = people(office, 2)
    for box in (first, second):
        fails(office, box.id, REFUSED)

    pause_mailbox(office.deps, first.id, actor="grace@example.org")

    [case] = board.read_board(office.deps).needing
    assert [mailbox.id for mailbox in case.mailboxes] == [second.id]
    assert board.count_needing(office.deps) == 1


def test_a_case_that_needs_someone_for_one_of_them_needs_someone(office: Office):
    boxes = people(office, 3)
    for box in boxes:
        fails(office, box.id, EXPIRED)
    with office.deps.store.write() as db:
        db.get_one(MailboxRow, boxes[0].id).state = State.RETRYING.value

    seen = board.read_board(office.deps)

    assert (sizes(seen.needing), sizes(seen.retrying)) == ([3], [])


def test_a_full_disk_is_tried_again_and_needs_someone(office: Office):
    for box in people(office, 2):
        fails(office, box.id, FULL_DISK)

    seen = board.read_board(office.deps)

    assert (sizes(seen.needing), seen.retrying) == ([2], ())
    assert board.count_needing(office.deps) == 1
    assert seen.needing[0].next_attempt_at is not None


@pytest.mark.parametrize("facts", [REFUSED, server_down()])
def test_a_mailbox_without_its_incident_does_not_vanish(office: Office, facts: Facts):
    for box in people(office, 2):
        fails(office, box.id, facts)
        with office.deps.store.write() as db:
            db.get_one(MailboxRow, box.id).incident_id = None

    cases = board.read_cases(office.deps)

    assert sum(sizes(cases)) == 2
    assert len(cases) == (2 if facts is REFUSED else 1)


def test_who_named_the_host_does_not_act_for_those_who_inherit_it(office: Office):
    for name, fix_by in (("Anna", Fixer.OWNER), ("Ben", Fixer.ADMIN), ("Carl", Fixer.OWNER)):
        wrong = states.finding(
            "tls.wrong_host", scope=Scope.MAIL_SERVER, fix_by=fix_by, summary="Wrong name."
        )
        states.put(office, states.somebody(office, name), State.NEEDS_ACTION, wrong, facts=EXPIRED)
        if name == "Ben":
            [tied] = board.read_cases(office.deps)

    [owners] = board.read_cases(office.deps)

    assert tied.finding.fix_by is Fixer.ADMIN
    assert owners.finding.fix_by is Fixer.OWNER


def test_all_of_a_case_are_tried_at_once_and_only_they(office: Office):
    where = Server(host=LOOPBACK, port=free_port(), encryption=Encryption.NONE)
    *boxes, other = people(office, 4, where)
    for box in boxes:
        fails(office, box.id, server_down(LOOPBACK))
    fails(office, other.id, REFUSED)
    [case] = board.read_board(office.deps).retrying
    office.clock.advance(minutes=1)

    tried = try_case(office.deps, case.key, actor="grace@example.org")
    office.let_runs_end()
    # Asked in the same moment as before: it was tried meanwhile.
    try_case(office.deps, case.key, actor="grace@example.org")
    office.let_runs_end()

    assert tried is not None and len(tried.mailboxes) == 3
    assert [office.row(box).failures for box in (*boxes, other)] == [2, 2, 2, 1]


def test_a_case_that_is_over_is_not_tried(office: Office):
    [box] = people(office, 1)
    fails(office, box.id, server_down())
    [case] = board.read_cases(office.deps)
    succeeds(office, box.id)

    assert try_case(office.deps, case.key, actor="grace@example.org") is None
