"""Every answer of the catalogue, played by the local provider: told alike wherever it is told.

The office, the provider and the Dovecot are those of the whole file; each fault ends with its
test, and the mailbox recovers.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from mailboxadmin.demo.provider_pages import Choice
from mailboxadmin.demo.provider_values import Endpoint, Refusal
from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.consent import ConsentResult, Outcome
from mailboxadmin.domain.finding import Finding, Fixer, Scope
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.run import Outcome as Ran
from mailboxadmin.services.checking.check import run_check
from mailboxadmin.services.overview.board import list_mailboxes, mailbox, read_cases
from mailboxadmin.services.verdict.unknown import read_unknown
from mailboxadmin.store.grants import ACCESS_TOKEN, REFRESH_TOKEN, grant_row, sealed_token
from tests.diagnosis.promised import load
from tests.support.office import Box
from tests.support.stored import entries
from tests.support.token_faults import FAULTS, TokenFault
from tests.support.token_house import TokenHouse, token_house
from tests.support.token_office import TokenOffice, press

__all__ = ["token_house"]

HERE = [fault for fault in FAULTS if fault.at_the_callback]
#: One of each code and provider.
OF_THE_APP = tuple(
    {
        (fault.key, fault.code): fault for fault in FAULTS if fault.scope is Scope.PROVIDER_APP
    }.values()
)
#: A word of each that says who acts.
ACTS = {
    Fixer.OWNER: ("Mailbox Config", "Sign in at"),
    Fixer.ADMIN: ("admin", "Settings"),
    Fixer.PROVIDER_ADMIN: ("Entra", "Google Cloud", "Google Workspace", "Microsoft 365"),
    Fixer.NOBODY: ("status page",),
}
every = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)


@pytest.fixture
def office(token_house: TokenHouse) -> Iterator[TokenOffice]:
    """Everything in order before each fault, and after it."""
    token_house.mend()
    yield token_house.office
    token_house.mend()


def test_every_promised_answer_of_a_token_endpoint_is_played():
    promised = {row["code"] for row in load("error_catalogue.csv") if row["phase"] == "token"}

    assert promised <= {fault.code for fault in FAULTS}
    assert len(FAULTS) >= 60
    assert {fault.key for fault in FAULTS} == set(AppKey)


@every
def test_a_refused_refresh_is_told_alike_everywhere(
    token_house: TokenHouse, office: TokenOffice, fault: TokenFault
):
    box = token_house.connected[fault.key]
    office.office.clock.advance(hours=2)
    begun = last_entry(office, box)
    office.provider.fail_always(fault.said, key=fault.key, address=box.account.name)

    check = run_check(office.deps, box.id, actor=box.person.email)
    report = office.office.sync(box)

    assert check.finding is not None
    assert check.steps[-1].phase == "token"
    assert report.finding is not None
    for finding in (check.finding, report.finding):
        is_as_promised(finding, fault)
    shown = mailbox(office.deps, box.id)
    assert (shown.state, shown.finding) == (fault.state, report.finding)
    assert shown in list_mailboxes(office.deps)
    waits = shown.next_attempt_at and shown.next_attempt_at - office.office.clock.now()
    assert is_a_fit_wait(waits, fault), waits
    told_in_the_log(office, box, fault, begun)
    office.provider.heal()
    nothing_is_left(office, box)


@pytest.mark.parametrize("fault", OF_THE_APP, ids=lambda fault: fault.name)
def test_what_is_wrong_with_the_app_is_one_case_for_all_its_mailboxes(
    token_house: TokenHouse, office: TokenOffice, fault: TokenFault
):
    team = token_house.team[fault.key]
    office.office.clock.advance(hours=2)
    office.provider.fail_always(fault.said, key=fault.key)

    for box in team:
        office.office.sync(box)

    [case] = read_cases(office.deps)
    assert {each.id for each in case.mailboxes} == {box.id for box in team}
    assert (case.finding.code, case.reach_name) == (fault.code, fault.key.label)
    assert case.needs_someone is not fault.temporary


def test_an_answer_that_nobody_knows_is_kept_once_whatever_number_its_trace_has(
    token_house: TokenHouse, office: TokenOffice
):
    box = token_house.connected[AppKey.OUTLOOK]
    office.office.clock.advance(hours=2)
    said = Refusal(error="no_such_error", description="AADSTS99999997: A reason of tomorrow.")
    office.provider.fail_always(said, key=AppKey.OUTLOOK)

    reports = [office.office.sync(box) for _ in range(3)]

    assert {report.finding.code for report in reports if report.finding} == {"unknown"}
    assert len({report.finding.server_said for report in reports if report.finding}) == 3
    kept = [each.said for each in read_unknown(office.deps) if "AADSTS99999997" in each.said]
    assert len(kept) == 1


@every
def test_a_refused_code_connects_nothing(
    token_house: TokenHouse, office: TokenOffice, fault: TokenFault
):
    box = token_house.unconnected
    begun = last_entry(office, box)
    query = press(office.begin(box, fault.key), Choice.ALLOW)
    office.provider.fail_next(fault.said, key=fault.key)

    result = office.finish(fault.key, query)

    outcome = Outcome.UNFINISHED if fault.temporary else Outcome.REFUSED
    is_told_at_the_callback(office, box, result, fault, outcome, begun)


@pytest.mark.parametrize("fault", HERE, ids=lambda fault: fault.name)
def test_what_comes_back_from_the_page_is_told_and_connects_nothing(
    token_house: TokenHouse, office: TokenOffice, fault: TokenFault
):
    box = token_house.unconnected
    begun = last_entry(office, box)
    url = office.begin(box, fault.key)
    office.provider.fail_next(fault.said, at=Endpoint.AUTHORIZE, key=fault.key)

    result = office.finish(fault.key, press(url, Choice.ALLOW))

    outcome = Outcome.CANCELLED if fault.cancelled else Outcome.REFUSED
    is_told_at_the_callback(office, box, result, fault, outcome, begun)


def is_as_promised(finding: Finding, fault: TokenFault) -> None:
    """The code, who acts, and that it says how."""
    assert finding.code == fault.code
    assert (finding.fix_by, finding.temporary) == (fault.fix_by, fault.temporary)
    assert finding.scope == fault.scope
    assert fault.said.description in (finding.server_said or "")
    assert finding.summary and finding.cause and finding.steps
    assert any(word in " ".join(finding.steps) for word in ACTS[fault.fix_by]), finding.steps


def nothing_is_left(office: TokenOffice, box: Box) -> None:
    """It works again when a person asks, and the permission is as it was."""
    report = office.office.sync(box)
    assert (report.outcome, report.finding) == (Ran.OK, None)
    assert office.office.state(box) is State.OK
    grant = office.grant(box)
    assert (grant.ended_at, grant.failures, grant.answer) == (None, 0, None)


def is_a_fit_wait(waits: timedelta | None, fault: TokenFault) -> bool:
    """An ended consent waits for a person; what an admin mends is looked at every hour."""
    if fault.ended or waits is None:
        return fault.ended and waits is None
    if fault.temporary:
        return timedelta(minutes=5) <= waits <= timedelta(minutes=6)
    return waits == timedelta(hours=1)


def told_in_the_log(office: TokenOffice, box: Box, fault: TokenFault, begun: int) -> None:
    """One entry for the refreshes that failed, one for the run."""
    level = Level.WARNING if fault.temporary else Level.ERROR
    refreshes, syncs = (
        since(office, box, code, begun) for code in (Code.OAUTH_REFRESH_FAILED, Code.SYNC_FAILED)
    )
    assert [(each.level, each.detail["code"], each.times) for each in refreshes] == [
        (level, fault.code, 2)
    ]
    assert refreshes[0].detail["fix_by"] == fault.fix_by
    assert [(each.level, each.detail["finding"]["code"]) for each in syncs] == [(level, fault.code)]


def is_told_at_the_callback(
    office: TokenOffice,
    box: Box,
    result: ConsentResult,
    fault: TokenFault,
    outcome: Outcome,
    begun: int,
) -> None:
    """The result has it, the log too, and nothing is kept."""
    assert result.outcome is outcome
    if result.finding is not None:
        is_as_promised(result.finding, fault)
    code = None if outcome is Outcome.CANCELLED else fault.code
    assert (result.finding.code if result.finding else None) == code
    [entry] = since(office, box, Code.OAUTH_REFUSED, begun)
    assert entry.detail["code"] == code
    assert office.office.state(box) is State.NEW
    with office.deps.store.read() as db:
        assert grant_row(db, box.id) is None
        assert not any(sealed_token(db, box.id, name) for name in (ACCESS_TOKEN, REFRESH_TOKEN))


def last_entry(office: TokenOffice, box: Box) -> int:
    """Everything before it was there already."""
    return max((entry.id for entry in entries(office.office, box)), default=0)


def since(office: TokenOffice, box: Box, code: str, begun: int):
    """What was logged since, of that code."""
    return [entry for entry in entries(office.office, box, code) if entry.id > begun]
