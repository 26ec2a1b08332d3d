"""What happened to a mailbox, as its page tells it."""

import itertools
import re
from datetime import timedelta

import pytest

from mailboxadmin.domain.activity import Code
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.services.mailboxes.pausing import pause_mailbox
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.store.folders import folder_id
from mailboxadmin.store.tables_mail import FolderRow
from tests.support import states
from tests.support.office import Box, Office
from tests.support.outcomes import REFUSED, fails, server_down, succeeds
from tests.support.visitor import Visitor

GRACE = "grace@example.org"
SOMEWHERE = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)
TITLE = re.compile(r"<title>([^<]+)</title>")


@pytest.fixture
def ann(office: Office) -> Box:
    """A mailbox that worked."""
    office.admin(GRACE)
    box = office.mailbox_at(SOMEWHERE)
    office.clock.advance(hours=1)
    succeeds(office, box.id)
    return box


@pytest.fixture
def grace(ann: Box, at_desk) -> Visitor:
    return at_desk(GRACE)


def page_of(visitor: Visitor, box: Box, query: str = "") -> str:
    """The page in one line, without the tags of times."""
    text = visitor.get(f"/mailboxes/{box.id}{query}").text
    return re.sub(r"\s+", " ", re.sub(r"</?time[^>]*>|</?i>", "", text))


def chosen(page: str) -> list[str]:
    return re.findall(r'window=(\w+)#timeline" aria-current', page)


def test_what_changed_before_it_broke_says_who_what_and_how_long_before(
    office: Office, ann: Box, grace: Visitor, at_desk
):
    change_settings(office.deps, {"folders": "INBOX\nAll"}, actor=GRACE)
    office.clock.advance(minutes=11)
    fails(office, ann.id, REFUSED)

    own, ours = page_of(at_desk(ann.person.email), ann), page_of(grace, ann)

    changed = "changed the office’s “Folders to sync” from INBOX to INBOX, All."
    assert f"<b>11 minutes before</b><span>You {changed}</span>" in ours
    assert f"<span>Grace {changed}</span>" in own
    assert "The last success was 09:00" not in own
    assert "11 minutes before. This is what was done" in own


def test_what_was_done_until_something_else_was_wrong_says_how_long_before_that(
    office: Office, ann: Box, grace: Visitor
):
    change_settings(office.deps, {"folders": "INBOX\nAll"}, actor=GRACE)
    fails(office, ann.id, REFUSED)
    office.clock.advance(hours=2)
    change_settings(office.deps, {"folders": "INBOX"}, actor=GRACE)
    office.clock.advance(minutes=4)
    fails(office, ann.id, server_down())

    page = page_of(grace, ann)

    changed = "You changed the office’s “Folders to sync” from"
    assert "Something else has been wrong since" in page
    since, _, first = page.partition("Before it broke:")
    assert f"<b>4 minutes before</b><span>{changed} INBOX, All to INBOX.</span>" in since
    assert f"<b>At that moment</b><span>{changed} INBOX to INBOX, All.</span>" in first


def test_values_that_are_the_admins_alone_are_not_shown_to_staff(
    office: Office, ann: Box, grace: Visitor, at_desk
):
    change_settings(office.deps, {"allowed_internal_hosts": "10.1.2.3"}, actor=GRACE)
    fails(office, ann.id, REFUSED)

    own, ours = page_of(at_desk(ann.person.email), ann), page_of(grace, ann)

    assert "You changed the office’s “Servers inside the office” to 10.1.2.3." in ours
    assert "Grace changed the office’s “Servers inside the office”." in own
    assert "10.1.2.3" not in own


def test_when_nothing_was_changed_that_is_said(office: Office, ann: Box, at_desk):
    office.clock.advance(days=31)
    fails(office, ann.id, REFUSED)

    page = page_of(at_desk(GRACE), ann)

    assert "<b>Nothing was changed here in the 30 days before.</b>" in page
    assert "It broke" in page and "30 days before." in page


def test_of_a_mailbox_that_is_new_all_is_known(office: Office, at_desk):
    office.admin(GRACE)
    office.clock.advance(days=1)
    anna = states.somebody(office, "Anna")
    office.clock.advance(hours=2)
    states.put(office, anna, State.NEEDS_ACTION, states.finding())

    page = at_desk(GRACE).get(f"/mailboxes/{anna.mailbox_id}").text

    assert "Nothing was changed here since it was added." in page
    assert "It had never worked before." in page


def test_what_is_in_order_has_nothing_that_broke_it(ann: Box, grace: Visitor):
    page = page_of(grace, ann)

    assert "just before it broke" not in page
    assert 'class="broke' not in page
    assert chosen(page) == ["7d"]
    assert "Nothing yet." in page


def test_the_window_is_a_link_and_is_kept_when_the_page_looks_again(
    office: Office, ann: Box, grace: Visitor
):
    fails(office, ann.id, REFUSED)

    by_itself, asked = page_of(grace, ann), page_of(grace, ann, "?window=30d")

    assert (chosen(by_itself), chosen(asked)) == (["24h"], ["30d"])
    assert f'hx-get="/mailboxes/{ann.id}"' in by_itself
    assert f'hx-get="/mailboxes/{ann.id}?window=30d"' in asked
    assert chosen(page_of(grace, ann, "?window=forever")) == ["24h"]


def test_a_week_names_every_other_day_where_there_is_little_room(
    office: Office, ann: Box, grace: Visitor
):
    page = page_of(grace, ann, "?window=7d")

    words = re.findall(r'<text class="axis( between)?"', page)
    assert len(words) > 4
    assert all(one != other for one, other in itertools.pairwise(words))


def test_the_strip_is_there_in_words_too(office: Office, ann: Box, grace: Visitor):
    office.clock.advance(hours=2)
    pause_mailbox(office.deps, ann.id, actor=GRACE)
    fails(office, ann.id, server_down())
    office.clock.advance(minutes=40)
    succeeds(office, ann.id)

    page = page_of(grace, ann)

    words = page[page.index("All of it in words") : page.index("Last 30 days")]
    titles = " ".join(TITLE.findall(page))
    for told in ("You paused it.", "Out of order for 40 minutes (mended itself or may)"):
        assert told in words and told in titles
    assert "1 sync, it failed" in words or "2 syncs, 1 failed" in words
    assert "trouble on 1 day, 40 minutes in all" in page


def test_an_incident_says_how_it_ended(office: Office, ann: Box, grace: Visitor):
    fails(office, ann.id, server_down())
    office.clock.advance(minutes=5)
    change_settings(office.deps, {"folders": "INBOX\nAll"}, actor=GRACE)
    succeeds(office, ann.id)
    fails(office, ann.id, REFUSED)

    page = page_of(grace, ann)

    assert "<td>after a change by you, " in page
    assert "Still going on" in page


@pytest.mark.parametrize(
    ("state", "wrong", "minutes", "told"),
    [
        (State.OK, {}, 5, "The next check is at "),
        (State.RETRYING, {"code": "tcp.timeout", "temporary": True}, 5, "try by itself is at "),
        (State.NEEDS_ACTION, {"code": "tls.expired"}, 60, "The next try by itself is at "),
        (State.NEEDS_ACTION, {}, 25, "after three refusals it waits for a change or a person"),
        (State.NEEDS_ACTION, {}, None, "It is not tried again by itself: the server refused"),
        (State.NEEDS_ACTION, {"code": "oauth.grant_expired"}, None, "only a new consent helps"),
        (State.PAUSED, {}, None, "It is not checked until someone resumes it."),
    ],
)
def test_every_state_says_when_it_is_tried_again(
    office: Office, at_desk, state: State, wrong: dict, minutes: float | None, told: str
):
    office.admin(GRACE)
    next_at = office.clock.now() + timedelta(minutes=minutes) if minutes else None
    found = None if state is State.OK else states.finding(**wrong)
    anna = states.somebody(office, "Anna")
    states.put(office, anna, state, found, next_attempt_at=next_at)

    page = re.sub(r"\s+", " ", at_desk(GRACE).get(f"/mailboxes/{anna.mailbox_id}").text)
    page = re.sub(r"</?time[^>]*>", "", page)

    assert told in page
    counts = found is not None and found.refused_credentials and state is not State.PAUSED
    assert ("The server counts every refused try" in page) is counts


def test_many_folders_are_folded_unless_one_is_not_well(office: Office, ann: Box, grace: Visitor):
    with office.deps.store.write() as db:
        for number in range(6):
            db.get_one(FolderRow, folder_id(db, ann.id, f"F{number}")).uid_validity = 1
    assert '<details><summary class="card-top"><h2>6 folders</h2>' in page_of(grace, ann)

    with office.deps.store.write() as db:
        wrong = states.finding("folders.missing", temporary=False)
        db.get_one(FolderRow, folder_id(db, ann.id, "F1")).finding = wrong.as_json()
    assert '<details open><summary class="card-top"><h2>6 folders</h2>' in page_of(grace, ann)


def test_a_log_that_is_kept_for_days_only_says_so(office: Office, ann: Box, grace: Visitor):
    assert "is kept for" not in page_of(grace, ann)

    change_settings(office.deps, {"activity_retention_days": "7"}, actor=GRACE)

    assert "what was wrong is kept for 7 days only" in page_of(grace, ann)
    assert Code.SETTINGS_CHANGED not in page_of(grace, ann)
