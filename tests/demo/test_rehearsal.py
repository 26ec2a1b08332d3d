"""Every finding of the catalogue, brought about in the sample office and synced in earnest."""

from collections.abc import Iterator

import pytest

from mailboxadmin.demo.faulty_dialogue import PassOn
from mailboxadmin.demo.plays import Answers
from mailboxadmin.demo.scenario import Scenario
from mailboxadmin.demo.scenarios import SCENARIOS
from mailboxadmin.domain.errors import NotFound
from mailboxadmin.domain.mailbox import Mailbox, State
from mailboxadmin.domain.rehearsal import Moment, Standing
from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.overview.activity import Filter, read_page
from mailboxadmin.services.overview.board import mailbox
from mailboxadmin.services.syncing.rounds import sync_many
from tests.support.faults.fixtures import RUN_S, short_patience
from tests.support.rehearsing import GRACE, SampleOffice, sample_office
from tests.support.waiting import wait_for

__all__ = ["sample_office"]


@pytest.fixture(autouse=True, scope="module")
def impatient(sample_office: SampleOffice) -> Iterator[None]:
    """Silence is given up soon."""
    with short_patience():
        seconds = {"sync_timeout_seconds": str(RUN_S)}
        change_settings(sample_office.deps, seconds, actor=GRACE)
        yield


def played(office: SampleOffice, code: str) -> Standing:
    """What comes of a click."""
    office.rehearsal.play(code, actor=GRACE)
    return settled(office)


def ended(office: SampleOffice) -> Standing:
    """What comes of the other."""
    office.rehearsal.end(actor=GRACE)
    return settled(office)


def settled(office: SampleOffice) -> Standing:
    wait_for(lambda: not office.rehearsal.standing.busy)
    return office.rehearsal.standing


def rosa(office: SampleOffice) -> Mailbox:
    return mailbox(office.deps, office.rehearsal.mailbox_id)


def last_entry(office: SampleOffice) -> int:
    return read_page(office.deps, Filter(), limit=1).entries[0].id


def logged(office: SampleOffice, code: str, since: int) -> list[str]:
    wanted = Filter(mailbox_id=office.rehearsal.mailbox_id, code=code)
    page = read_page(office.deps, wanted, after_id=since)
    return [str(entry.detail.get("code")) for entry in page.entries]


@pytest.mark.parametrize("code", SCENARIOS)
def test_it_comes_of_what_is_played(sample_office: SampleOffice, code: str):
    standing = played(sample_office, code)

    assert (standing.moment, standing.trouble) == (Moment.STANDS, "")
    assert standing.came == code
    found = rosa(sample_office).finding
    if SCENARIOS[code].logged_as is None:
        assert found is not None and found.code == code
    else:
        assert found is None


@pytest.mark.parametrize(
    "code", ["auth.bad_credentials", "tls.expired_certificate", "oauth.client_secret_expired"]
)
def test_the_mailbox_is_well_again_when_it_ends(sample_office: SampleOffice, code: str):
    played(sample_office, code)
    before = last_entry(sample_office)

    standing = ended(sample_office)

    assert (standing.moment, standing.trouble) == (Moment.REST, "")
    assert (rosa(sample_office).state, rosa(sample_office).app) == (State.OK, None)
    assert logged(sample_office, "mailbox.recovered", before) == [code]


def test_playing_another_ends_the_one_before(sample_office: SampleOffice):
    played(sample_office, "server.unavailable")
    before = last_entry(sample_office)

    standing = played(sample_office, "auth.imap_disabled")

    assert standing.came == "auth.imap_disabled"
    assert logged(sample_office, "mailbox.recovered", before) == ["server.unavailable"]


def test_what_is_asked_last_holds(sample_office: SampleOffice):
    sample_office.rehearsal.play("local.deadline_exceeded", actor=GRACE)
    sample_office.rehearsal.play("tcp.refused", actor=GRACE)

    assert settled(sample_office).came == "tcp.refused"
    assert ended(sample_office).moment is Moment.REST


@pytest.mark.parametrize("code", ["oauth.client_invalid", "local.database_busy"])
def test_everybody_else_goes_on(sample_office: SampleOffice, code: str):
    played(sample_office, code)

    reports = sync_many(sample_office.deps, None, due=False, actor=GRACE)

    synced = {report.mailbox for report in reports if report.outcome is Outcome.OK}
    assert {"ben@example.org", "dana@example.org", "info@example.org", GRACE} <= synced
    assert {report.mailbox for report in reports if report.finding} <= {"rosa@example.org"}


def test_another_finding_than_promised_is_told_as_it_came(
    sample_office: SampleOffice, monkeypatch: pytest.MonkeyPatch
):
    harmless = Answers(at="LIST ", does=(PassOn(),))
    play(monkeypatch, Scenario(code="server.closed", story="It does not.", play=harmless))
    nothing = played(sample_office, "server.closed")
    refused = SCENARIOS["tcp.refused"].play
    play(monkeypatch, Scenario(code="server.closed", story="It is closed.", play=refused))
    another = played(sample_office, "server.closed")

    assert (nothing.came, nothing.as_promised) == (None, False)
    assert (another.came, another.as_promised) == ("tcp.refused", False)


def test_a_fault_of_the_rehearsal_is_told_and_the_next_one_can_be_played(
    sample_office: SampleOffice, monkeypatch: pytest.MonkeyPatch
):
    class Breaks:
        def begin(self, stage: object, held: object) -> None:
            raise OSError("no such thing here")

    play(monkeypatch, Scenario(code="server.closed", story="It breaks.", play=Breaks()))
    broken = played(sample_office, "server.closed")
    monkeypatch.undo()

    assert (broken.came, broken.trouble) == (None, "OSError: no such thing here")
    assert played(sample_office, "server.closed").as_promised


def play(monkeypatch: pytest.MonkeyPatch, scenario: Scenario) -> None:
    changed = {**SCENARIOS, scenario.code: scenario}
    monkeypatch.setattr("mailboxadmin.demo.rehearsal.SCENARIOS", changed)


def test_of_a_sync_that_somebody_stops_nothing_is_told(sample_office: SampleOffice):
    ended(sample_office)
    sample_office.rehearsal.play("local.deadline_exceeded", actor=GRACE)
    wait_for(lambda: rosa(sample_office).running is not None)

    sample_office.deps.running.stop(rosa(sample_office).running or 0, by=GRACE)

    standing = settled(sample_office)
    assert (standing.came, standing.trouble) == (None, "The sync was stopped before its end.")
    assert ended(sample_office).moment is Moment.REST


def test_nothing_else_can_be_played(sample_office: SampleOffice):
    with pytest.raises(NotFound):
        sample_office.rehearsal.play("notify.ping_failed", actor=GRACE)
