"""A failure that repeats is one incident: when it began, how often it came, how it ended."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from mailboxadmin.domain.activity import COMMAND_LINE, Level
from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.incident import Ending, Incident
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.keeping.prune import prune
from mailboxadmin.services.mailboxes.configure import configure_mailbox
from mailboxadmin.services.mailboxes.pausing import pause_mailbox
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.store.incidents import incident_of, incidents_of, open_incidents
from mailboxadmin.store.tables import ActivityRow
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account
from tests.support.office import Box, Office
from tests.support.outcomes import (
    REFUSED,
    RESOLVER_DOWN,
    fails,
    server_down,
    succeeds,
    token_outage,
    token_refused,
)
from tests.support.stored import codes, entries

SOMEWHERE = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)
SECRET_EXPIRED = token_refused(
    "invalid_client", "AADSTS7000222: The provided client secret keys are expired."
)


@pytest.fixture
def ann(office: Office) -> Box:
    return office.mailbox_at(SOMEWHERE)


def people(office: Office, count: int) -> list[Box]:
    accounts = [Account(f"person{number}@example.org", "a password") for number in range(count)]
    return [office.mailbox_at(SOMEWHERE, account) for account in accounts]


def past(office: Office, box: Box) -> list[Incident]:
    with office.deps.store.read() as db:
        return incidents_of(db, box.id, office.clock.now() - timedelta(days=30))


def going_on(office: Office) -> list[Incident]:
    with office.deps.store.read() as db:
        return open_incidents(db)


def test_a_failure_that_repeats_is_one_incident_with_a_count(office: Office, ann: Box):
    began = office.clock.now()
    for _ in range(3):
        fails(office, ann.id, server_down())
        office.clock.advance(minutes=10)

    (incident,) = past(office, ann)
    assert (incident.began_at, incident.times, incident.ended_at) == (began, 3, None)
    assert incident.last_at == began + timedelta(minutes=20)
    assert incident.finding.code == "tcp.refused"
    assert len(entries(office, ann, "sync.failed")) == 1


def test_a_success_ends_it_and_the_log_says_how_long_it_lasted(office: Office, ann: Box):
    fails(office, ann.id, server_down())
    office.clock.advance(hours=3)
    succeeds(office, ann.id)

    (incident,) = past(office, ann)
    assert (incident.ended_by, incident.ended_at) == (Ending.RECOVERED, office.clock.now())
    assert going_on(office) == []
    (entry,) = entries(office, ann, "mailbox.recovered")
    assert entry.message.startswith("Works again after 3 hours. It was: ")
    assert office.state(ann) is State.OK


def test_the_sync_that_ends_it_is_worth_a_line_though_it_found_nothing_new(
    office: Office, ann: Box
):
    fails(office, ann.id, server_down())
    succeeds(office, ann.id)
    succeeds(office, ann.id)

    levels = [entry.level for entry in entries(office, ann, "sync.finished")]
    assert sorted(levels) == [Level.ROUTINE, Level.INFO]


def test_another_finding_begins_another_incident_of_the_same_outage(office: Office, ann: Box):
    broke = office.clock.now()
    fails(office, ann.id, server_down())
    office.clock.advance(hours=1)
    fails(office, ann.id, REFUSED)
    office.clock.advance(hours=1)
    succeeds(office, ann.id)

    first, second = past(office, ann)
    assert (first.ended_by, second.ended_by) == (Ending.REPLACED, Ending.RECOVERED)
    assert first.ended_at == second.began_at == broke + timedelta(hours=1)
    assert first.outage_at == second.outage_at == broke
    (entry,) = entries(office, ann, "mailbox.recovered")
    assert "after 2 hours" in entry.message


def refused_certificate(fingerprint: str | None) -> Facts:
    """A certificate that nobody vouches for; None: it could not be had."""
    shown = fingerprint and Certificate(
        fingerprint=fingerprint * 64,
        issuer="Nobody",
        self_signed=True,
        names=("mail.example.org",),
        starts_at=datetime(2025, 5, 3, tzinfo=UTC),
        ends_at=datetime(2099, 5, 3, tzinfo=UTC),
        host="mail.example.org",
    )
    return Facts(
        phase=Phase.TLS,
        happening=Happening.CERTIFICATE_UNTRUSTED,
        host="mail.example.org",
        certificate=shown or None,
    )


def test_a_changed_certificate_is_another_incident_of_the_same_outage(office: Office, ann: Box):
    broke = office.clock.now()
    for fingerprint in ("a", "a", None, "a", "b", "b"):
        fails(office, ann.id, refused_certificate(fingerprint))
        office.clock.advance(minutes=1)

    first, second = past(office, ann)
    assert (first.ended_by, second.ended_by) == (Ending.REPLACED, None)
    assert second.began_at == first.ended_at == broke + timedelta(minutes=4)
    assert second.outage_at == broke and second.times == 2
    assert len(entries(office, ann, "sync.failed")) == 2
    assert office.row(ann).finding_since == second.began_at


def test_after_it_recovered_the_next_failure_is_a_new_one(office: Office, ann: Box):
    for _ in range(2):
        fails(office, ann.id, server_down())
        office.clock.advance(minutes=5)
        succeeds(office, ann.id)

    assert [incident.times for incident in past(office, ann)] == [1, 1]
    assert codes(office, ann, "mailbox.recovered") == ["mailbox.recovered"] * 2


def test_a_new_configuration_that_was_tried_ends_it_with_its_first_sync(
    office: Office, dovecot: Dovecot
):
    box = office.mailbox(server=dovecot, password="wrong")
    office.sync(box)
    office.clock.advance(hours=1)

    draft = Draft(password=box.account.password)
    configure_mailbox(office.deps, box.id, draft, actor=COMMAND_LINE, set_by="operator", test=True)
    (still_open,) = past(office, box)
    office.sync(box)

    assert still_open.ended_at is None
    (ended,) = past(office, box)
    assert ended.ended_by is Ending.RECOVERED


def test_a_paused_mailbox_that_was_mended_is_not_told_as_broken_any_more(
    office: Office, dovecot: Dovecot
):
    box = office.mailbox(server=dovecot, password="wrong")
    office.sync(box)
    pause_mailbox(office.deps, box.id, actor=COMMAND_LINE)
    office.clock.advance(hours=1)

    draft = Draft(password=box.account.password)
    configure_mailbox(office.deps, box.id, draft, actor=COMMAND_LINE, set_by="operator", test=True)

    (incident,) = past(office, box)
    assert (incident.ended_by, incident.ended_at) == (Ending.RECOVERED, office.clock.now())
    assert office.state(box) is State.PAUSED
    assert codes(office, box, "mailbox.recovered") == ["mailbox.recovered"]


def test_mailboxes_with_one_cause_are_known_by_it(office: Office):
    boxes = people(office, 7)
    for box in boxes[:3]:
        fails(office, box.id, SECRET_EXPIRED)
    for box in boxes[3:5]:
        fails(office, box.id, server_down("imap.one.example"))
    fails(office, boxes[5].id, server_down("imap.two.example"))
    fails(office, boxes[6].id, REFUSED)

    found = going_on(office)

    causes = [incident.cause for incident in found]
    assert len(found) == 7
    assert [causes.count(cause) for cause in dict.fromkeys(causes)] == [3, 2, 1, 1]
    assert [found[0].reach, found[3].reach, found[6].reach] == ["outlook", "imap.one.example", ""]


def test_the_same_refusal_of_two_people_has_two_causes(office: Office):
    for box in people(office, 2):
        fails(office, box.id, REFUSED)

    first, second = going_on(office)
    assert first.cause != second.cause


def test_what_breaks_this_machine_is_one_cause_for_all(office: Office):
    for box in people(office, 20):
        fails(office, box.id, RESOLVER_DOWN)

    assert len({incident.cause for incident in going_on(office)}) == 1


def test_a_folder_that_failed_alone_is_an_incident_of_its_mailbox(office: Office, ann: Box):
    fails(office, ann.id, server_down(), outcome=Outcome.PARTIAL)

    (incident,) = going_on(office)
    assert incident.mailbox_id == ann.id


def test_two_hours_without_the_token_endpoint_mark_nothing_as_to_be_reconnected(
    office: Office, ann: Box
):
    until, tries = office.clock.now() + timedelta(hours=2), 0
    while office.clock.now() < until:
        finding = fails(office, ann.id, token_outage())
        tries += 1
        assert finding.temporary
        assert office.state(ann) is State.RETRYING
        next_attempt_at = office.row(ann).next_attempt_at
        assert next_attempt_at is not None
        office.clock.advance(seconds=(next_attempt_at - office.clock.now()).total_seconds())

    assert tries == 4
    succeeds(office, ann.id)
    assert office.state(ann) is State.OK


def test_an_ended_consent_is_not_tried_again_by_itself(office: Office, ann: Box):
    fails(office, ann.id, token_refused("invalid_grant", "Token has been expired or revoked."))

    row = office.row(ann)
    assert (row.state, row.next_attempt_at, row.refusals) == ("needs_action", None, 0)


def test_a_server_that_throttles_in_one_folder_is_left_alone_for_its_time(office: Office, ann: Box):
    throttled = Facts(
        phase=Phase.FETCH,
        happening=Happening.ANSWER_BAD,
        server_said="Request is throttled. Suggested Backoff Time: 899961 milliseconds",
        host="outlook.office365.com",
        server_wait=timedelta(milliseconds=899961),
    )

    fails(office, ann.id, throttled, outcome=Outcome.PARTIAL)

    asked = timedelta(milliseconds=899961)
    assert office.row(ann).next_attempt_at == office.clock.now() + asked


def test_a_time_that_a_busy_server_names_holds_for_the_folders_that_were_read_too(
    office: Office, ann: Box
):
    wait = timedelta(minutes=30)
    busy = Facts(
        phase=Phase.FETCH,
        happening=Happening.ANSWER_NO,
        response_code="UNAVAILABLE",
        server_said="[UNAVAILABLE] Suggested Backoff Time: 1800000 milliseconds",
        host="mail.example.org",
        server_wait=wait,
    )

    fails(office, ann.id, busy, outcome=Outcome.PARTIAL)

    assert office.row(ann).next_attempt_at == office.clock.now() + wait


def test_a_sign_in_refused_after_a_folder_was_read_counts_like_any_other(office: Office, ann: Box):
    first = office.clock.now()
    nexts = []
    for _ in range(3):
        fails(office, ann.id, REFUSED, outcome=Outcome.PARTIAL)
        nexts.append(office.row(ann).next_attempt_at)

    assert nexts == [first + timedelta(minutes=5), first + timedelta(minutes=30), None]


def test_a_fault_that_changes_does_not_begin_the_waits_anew(office: Office, ann: Box):
    silent = Facts(phase=Phase.TCP, happening=Happening.CONNECT_TIMEOUT, host="mail.example.org")
    waits = []
    for facts in (server_down(), silent, server_down(), silent):
        fails(office, ann.id, facts)
        at = office.row(ann).next_attempt_at
        assert at is not None
        waits.append((at - office.clock.now()) // timedelta(minutes=1))
        office.clock.advance(seconds=(at - office.clock.now()).total_seconds())

    assert [5 <= waits[0] <= 6, 15 <= waits[1] <= 18] == [True, True]
    assert all(60 <= wait <= 72 for wait in waits[2:])


def test_incidents_are_forgotten_with_the_log_and_those_that_go_on_are_not(
    office: Office, ann: Box
):
    bob = people(office, 1)[0]
    fails(office, ann.id, server_down())
    succeeds(office, ann.id)
    fails(office, bob.id, server_down())
    office.clock.advance(days=91)

    prune(office.deps)

    with office.deps.store.read() as db:
        assert incident_of(db, ann.id) is None
        assert incident_of(db, bob.id) is not None
        assert (
            db.scalars(select(ActivityRow.code).where(ActivityRow.code == "sync.failed")).all()
            == []
        )
    assert past(office, ann) == []


def test_an_incident_whose_entry_was_tidied_away_goes_on_and_ends(office: Office, ann: Box):
    fails(office, ann.id, server_down())
    office.clock.advance(days=91)
    prune(office.deps)

    fails(office, ann.id, server_down())
    succeeds(office, ann.id)

    (incident,) = past(office, ann)
    assert (incident.times, incident.ended_by) == (2, Ending.RECOVERED)
    (entry,) = entries(office, ann, "mailbox.recovered")
    assert "91 days" in entry.message
