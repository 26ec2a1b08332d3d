"""*Run all* in a browser: begun by a click, shown as it goes on, stopped by a click."""

import pytest

from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.run_all import Outcome
from mailboxadmin.store import run_alls
from tests.support import states
from tests.support.office import Office
from tests.support.visitor import Visitor

PAGE = "/troubleshooting"


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    office.admin("grace@example.org")
    states.tick(office)
    return at_desk("grace@example.org")


def begun(office: Office, outcomes: dict[int, Outcome]) -> int:
    with office.deps.store.write() as db:
        return run_alls.begin_run_all(
            db, {key: each.value for key, each in outcomes.items()}, by="grace", now=now(office)
        )


def now(office: Office):
    return office.clock.now()


def note(office: Office, run_id: int, box: int, outcome: Outcome, finding=None) -> None:
    said = finding.as_json() if finding else None
    with office.deps.store.write() as db:
        run_alls.note_result(db, run_id, box, outcome.value, ms=120, finding=said)


def test_it_needs_a_click_with_a_token_and_an_admin(office: Office, grace: Visitor, at_desk):
    anna = at_desk(office.person("anna@example.org").email)

    for path in (f"{PAGE}/run-all", f"{PAGE}/stop"):
        assert grace.get(path).status_code == 405
        assert grace.post_without_token(path).status_code == 400
        assert anna.post(path, form_at="/password").status_code == 403


def test_in_an_office_without_mailboxes_it_ends_at_once(office: Office, grace: Visitor):
    assert ">Run all</button>" in grace.get(PAGE).text

    answer = grace.post(f"{PAGE}/run-all", form_at=PAGE)

    assert answer.location == PAGE


def test_while_it_goes_on_the_page_fetches_itself_and_can_stop_it(office: Office, grace: Visitor):
    anna = states.put(office, states.somebody(office, "Anna Keller"), State.OK)
    ben = states.put(office, states.somebody(office, "Ben Okoye"), State.OK)
    run_id = begun(office, {anna: Outcome.WAITS, ben: Outcome.WAITS})
    note(office, run_id, anna, Outcome.FAILS, states.finding())

    page = grace.get(PAGE).text
    fragment = grace.get(PAGE, headers={"HX-Request": "true"}).text

    assert 'hx-trigger="every 2s"' in page and "1 of 2 mailboxes tested so far." in page
    assert fragment.strip().startswith('<div id="checks"') and "<html" not in fragment
    assert "The server does not accept the password." in fragment
    assert grace.post(f"{PAGE}/run-all", form_at=PAGE).location == PAGE
    assert "tested already" in grace.get(PAGE).text
    grace.post(f"{PAGE}/stop", form_at=PAGE)
    with office.deps.store.read() as db:
        assert run_alls.is_cancelled(db, run_id)


def test_the_end_says_what_was_left_out_and_why(office: Office, grace: Visitor):
    anna = states.put(office, states.somebody(office, "Anna Keller"), State.OK)
    ben = states.put(office, states.somebody(office, "Ben Okoye"), State.OK)
    run_id = begun(office, {anna: Outcome.WAITS, ben: Outcome.REFUSED_BEFORE})
    note(office, run_id, anna, Outcome.WORKS)
    with office.deps.store.write() as db:
        run_alls.run_all_row(db, run_id).finished_at = now(office)
    office.clock.advance(seconds=20)

    page = grace.get(PAGE).text

    assert "Run 20 s ago, 1 mailbox: all connect." in page
    assert "Ben Okoye. The sign-in was refused before" in page and "counts tries" in page
    assert "every 2s" not in page and ">Run all again</button>" in page


def test_one_whose_process_died_is_told_and_another_may_begin(office: Office, grace: Visitor):
    begun(office, {})
    office.clock.advance(minutes=2)
    states.tick(office)

    page = grace.get(PAGE).text

    assert "was cut off, because its process ended" in page
    assert ">Run all again</button>" in page
