"""What happened to a mailbox: read from a real office."""

from datetime import timedelta
from typing import Any

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE, SCHEDULER, Code, Level
from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.domain.event import Event, Lane
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.timeline import Timeline, Window
from mailboxadmin.services.keeping.prune import prune
from mailboxadmin.services.mailboxes.configure import configure_mailbox
from mailboxadmin.services.mailboxes.pausing import pause_mailbox, resume_mailbox
from mailboxadmin.services.mailboxes.trust import trust_certificate
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.overview.history import read_history
from mailboxadmin.services.overview.timeline import Story
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.services.staff.people import disable_person
from mailboxadmin.store.tables import ActivityRow, RunRow
from tests.support.mailstore import Account
from tests.support.office import Box, Office
from tests.support.outcomes import REFUSED, fails, server_down, succeeds

SOMEWHERE = Server(host="127.0.0.1", port=9, encryption=Encryption.SSL)
GRACE = "grace@example.org"


@pytest.fixture
def ann(office: Office) -> Box:
    """A mailbox that has a host of its own, and works."""
    office.admin(GRACE)
    box = office.mailbox_at(SOMEWHERE)
    office.clock.advance(hours=1)
    succeeds(office, box.id)
    return box


def story(office: Office, box: Box, window: Window | None = None) -> Story:
    return read_history(office.deps, box.id, window).story


def strip(office: Office, box: Box, window: Window | None = None) -> Timeline:
    return story(office, box, window).strip


def before(office: Office, box: Box) -> list[tuple[str, float]]:
    """The codes of what was done before it broke, each with the minutes before."""
    found = story(office, box).before
    assert found is not None
    return [(e.code, (found.broke_at - e.at) / timedelta(minutes=1)) for e in found.events]


def breaks(office: Office, box: Box, *, after_minutes: float = 0) -> None:
    office.clock.advance(minutes=after_minutes)
    fails(office, box.id, REFUSED)


def configure(office: Office, box: Box, *, password: str | None = None, **texts: str) -> None:
    own = {"imap_host": SOMEWHERE.host, "imap_port": "9", "imap_encryption": "ssl"}
    draft = Draft(texts=own | texts, username="", password=password)
    configure_mailbox(office.deps, box.id, draft, actor=COMMAND_LINE, set_by="operator", test=False)


def note(office: Office, code: str, minutes_ago: float, **columns: Any) -> None:
    """A line of the log, of a code that may be one of later."""
    at = office.clock.now() - timedelta(minutes=minutes_ago)
    words = {"actor": SCHEDULER, "message": "Said so.", "level": int(Level.INFO)}
    with office.deps.store.write() as db:
        db.add(ActivityRow(at=at, first_at=at, code=code, **words | columns))


def test_what_was_done_before_it_broke_stands_nearest_first(office: Office, ann: Box):
    pause_mailbox(office.deps, ann.id, actor=GRACE)
    office.clock.advance(minutes=2)
    resume_mailbox(office.deps, ann.id, actor=GRACE)
    office.clock.advance(minutes=9)
    configure(office, ann, password="a new one")
    breaks(office, ann, after_minutes=11)
    office.clock.advance(minutes=3)
    configure(office, ann, password="yet another")

    assert before(office, ann)[:3] == [
        (Code.MAILBOX_CONFIGURED, 11),
        (Code.MAILBOX_RESUMED, 20),
        (Code.MAILBOX_PAUSED, 22),
    ]


def test_a_change_says_from_what_to_what_and_a_password_only_that(office: Office, ann: Box):
    configure(office, ann, password="hunter2", folders="INBOX\nSent")
    breaks(office, ann)

    found = story(office, ann).before

    assert found is not None
    facts = {fact.key: (fact.before, fact.after) for fact in found.events[0].facts}
    assert facts == {"folders": ("", "INBOX, Sent"), "password": ("", "")}
    assert "hunter2" not in repr(found)


def test_the_office_counts_only_where_the_mailbox_has_nothing_of_its_own(office: Office, ann: Box):
    change_settings(office.deps, {"imap_host": "mail.example.org"}, actor=GRACE)
    change_settings(office.deps, {"help_contact": "Grace"}, actor=GRACE)
    change_settings(office.deps, {"folders": "INBOX\nAll"}, actor=GRACE)
    breaks(office, ann, after_minutes=1)

    found = story(office, ann).before

    assert found is not None
    of_office = [event for event in found.events if event.code == Code.SETTINGS_CHANGED]
    assert [[fact.key for fact in event.facts] for event in of_office] == [["folders"]]


def test_what_the_owner_set_since_does_not_hide_what_the_office_changed(office: Office, ann: Box):
    change_settings(office.deps, {"folders": "INBOX\nAll"}, actor=GRACE)
    breaks(office, ann, after_minutes=1)
    office.clock.advance(minutes=5)
    configure(office, ann, folders="INBOX")

    assert (Code.SETTINGS_CHANGED, 1) in before(office, ann)


def test_a_certificate_counts_for_every_mailbox_of_its_host(office: Office, ann: Box):
    elsewhere = Server(host="127.0.0.2", port=9, encryption=Encryption.SSL)
    bob = office.mailbox_at(SOMEWHERE, Account("bob@example.org", "a password"))
    eve = office.mailbox_at(elsewhere, Account("eve@example.org", "a password"))
    trust_certificate(office.deps, bob.id, "ab" * 32, actor=GRACE)
    for box in (ann, eve):
        breaks(office, box)

    assert (Code.CERTIFICATE_TRUSTED, 0) in before(office, ann)
    assert Code.CERTIFICATE_TRUSTED not in dict(before(office, eve))


def test_a_certificate_is_nothing_to_a_mailbox_without_encryption(office: Office, ann: Box):
    plain = Server(host=SOMEWHERE.host, port=9, encryption=Encryption.NONE)
    upgraded = Server(host=SOMEWHERE.host, port=9, encryption=Encryption.STARTTLS)
    jon = office.mailbox_at(plain, Account("jon@example.org", "a password"))
    ned = office.mailbox_at(upgraded, Account("ned@example.org", "a password"))
    for box in (jon, ned):
        breaks(office, box, after_minutes=1)
    office.clock.advance(minutes=1)
    trust_certificate(office.deps, ann.id, "ab" * 32, actor=GRACE)
    for box in (jon, ned):
        succeeds(office, box.id)

    mended_by = [story(office, box).incidents[0].mended_by for box in (jon, ned)]

    assert mended_by[0] is None
    assert mended_by[1] is not None and mended_by[1].code == Code.CERTIFICATE_TRUSTED


def test_what_another_fault_replaced_is_not_drawn_as_mended(office: Office, ann: Box):
    fails(office, ann.id, server_down())
    breaks(office, ann, after_minutes=90)

    first, second = strip(office, ann, Window.DAY).outages

    assert (first.code, first.temporary, second.temporary) == ("tcp.refused", False, False)


def test_a_person_who_was_deactivated_is_told_of(office: Office, ann: Box):
    disable_person(office.deps, ann.person.id, actor=GRACE)

    assert [e.code for e in strip(office, ann).events][-1] == Code.STAFF_DISABLED


def test_saving_without_a_change_is_none(office: Office, ann: Box):
    office.clock.advance(minutes=5)
    configure(office, ann)
    breaks(office, ann, after_minutes=5)

    assert [code for code, _ in before(office, ann)] == [Code.MAILBOX_CONFIGURED]


def test_tokens_have_a_lane_and_renewals_are_no_change(office: Office, ann: Box):
    for minutes, code, level in (
        (90, "oauth.refreshed", Level.ROUTINE),
        (50, "oauth.refresh_failed", Level.WARNING),
        (30, "oauth.connected", Level.INFO),
    ):
        note(office, code, minutes, mailbox_id=ann.id, level=int(level))
    breaks(office, ann)

    tokens = [each for each in strip(office, ann).events if each.lane is Lane.TOKEN]

    assert [each.code for each in tokens] == [
        "oauth.refreshed",
        "oauth.refresh_failed",
        "oauth.connected",
    ]
    assert [code for code, _ in before(office, ann)][:2] == [
        "oauth.connected",
        "oauth.refresh_failed",
    ]


def test_a_scheduler_that_stood_still_is_told_of_and_a_restart_is_not(office: Office, ann: Box):
    now = office.clock.now()
    for minutes, length in ((50, 0.2), (30, 20)):
        at = now - timedelta(minutes=minutes)
        told = rfc3339(at - timedelta(minutes=length))
        note(office, Code.SCHEDULER_TOOK_OVER, minutes, detail={"last_tick_at": told})
    breaks(office, ann)

    stops = [each for each in strip(office, ann).events if each.lane is Lane.SCHEDULER]

    assert [(each.since, each.at) for each in stops] == [
        (now - timedelta(minutes=50), now - timedelta(minutes=30))
    ]
    assert before(office, ann)[0] == (Code.SCHEDULER_TOOK_OVER, 30)


def test_outages_and_syncs_are_within_the_window(office: Office, ann: Box):
    office.clock.advance(days=10)
    breaks(office, ann)
    office.clock.advance(hours=1)
    succeeds(office, ann.id)
    office.clock.advance(hours=30)
    succeeds(office, ann.id)

    counted = {
        window: (len(shown.outages), sum(s.runs for s in shown.slots))
        for window in Window
        for shown in [strip(office, ann, window)]
    }

    assert counted == {Window.DAY: (0, 1), Window.WEEK: (1, 3), Window.MONTH: (1, 4)}


def test_the_window_follows_when_it_broke(office: Office, ann: Box):
    assert strip(office, ann).window is Window.WEEK

    breaks(office, ann)
    assert strip(office, ann).window is Window.DAY

    office.clock.advance(days=2)
    assert strip(office, ann).window is Window.WEEK


def test_it_broke_when_the_outage_began_whatever_is_wrong_now(office: Office, ann: Box):
    breaks(office, ann)
    began = office.clock.now()
    office.clock.advance(minutes=5)
    fails(office, ann.id, server_down())

    assert strip(office, ann).broke_at == began
    assert len(strip(office, ann).outages) == 2


def test_what_made_it_another_fault_is_told_beside_what_was_done_before_it_broke(
    office: Office, ann: Box
):
    configure(office, ann, password="another")
    breaks(office, ann, after_minutes=1)
    office.clock.advance(hours=1)
    configure(office, ann, imap_port="993")
    fails(office, ann.id, server_down())
    office.clock.advance(minutes=1)
    configure(office, ann, imap_port="143")
    fails(office, ann.id, server_down())

    found = story(office, ann).before

    assert found is not None
    assert found.turned_at == found.broke_at + timedelta(hours=1)
    assert [fact.after for event in found.later for fact in event.facts] == ["993"]
    assert [fact.label for fact in found.events[0].facts] == ["Password"]


def test_incidents_say_what_ended_them(office: Office, ann: Box):
    breaks(office, ann)
    office.clock.advance(minutes=5)
    succeeds(office, ann.id)
    office.clock.advance(hours=1)
    breaks(office, ann)
    office.clock.advance(minutes=5)
    configure(office, ann, password="the right one")
    succeeds(office, ann.id)
    office.clock.advance(hours=1)
    breaks(office, ann)

    open_, mended, alone = story(office, ann).incidents

    assert open_.incident.ended_at is None
    assert isinstance(mended.mended_by, Event)
    assert mended.mended_by.code == Code.MAILBOX_CONFIGURED
    assert alone.mended_by is None


def test_the_last_ten_incidents_are_told(office: Office, ann: Box):
    for _ in range(12):
        office.clock.advance(hours=1)
        breaks(office, ann)
        succeeds(office, ann.id)

    told = story(office, ann).incidents

    assert len(told) == 10
    assert told[0].incident.began_at == office.clock.now()


def test_a_log_that_was_tidied_is_said_to_be_short(office: Office, ann: Box):
    change_settings(office.deps, {"activity_retention_days": "3"}, actor=GRACE)
    office.clock.advance(days=40)
    pause_mailbox(office.deps, ann.id, actor=GRACE)
    resume_mailbox(office.deps, ann.id, actor=GRACE)
    prune(office.deps)
    breaks(office, ann, after_minutes=60)

    found = story(office, ann).before

    assert found is not None
    assert found.log_is_short and not found.log_begins_later
    assert found.broke_at - found.known_since == timedelta(hours=1)


def test_a_month_of_syncs_every_five_minutes_is_a_hundred_slots(office: Office, ann: Box):
    now = office.clock.now()
    started = [now - timedelta(minutes=5 * n) for n in range(1, 8641)]
    with office.deps.store.write() as db:
        db.add_all(
            RunRow(
                mailbox_id=ann.id,
                started_at=at,
                finished_at=at + timedelta(seconds=2),
                started_by="scheduler",
                outcome="failed" if n % 288 == 0 else "ok",
            )
            for n, at in enumerate(reversed(started))
        )

    slots = strip(office, ann, Window.MONTH).slots

    assert len(slots) <= 92
    # The sync of the fixture is one more.
    assert (sum(s.runs for s in slots), sum(s.failed for s in slots)) == (8641, 30)
