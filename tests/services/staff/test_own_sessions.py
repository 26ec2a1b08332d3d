"""Where one is signed in, and ending it elsewhere."""

from mailboxadmin.domain.browser import Browser
from mailboxadmin.services.staff.own_sessions import (
    end_other_sessions,
    end_own_session,
    list_own_sessions,
)
from mailboxadmin.services.staff.sessions import session_person, sign_in
from mailboxadmin.store.tables import ActivityRow
from tests.support.office import PASSWORD, Office

LAPTOP = Browser(user_agent="Mozilla/5.0 (Windows NT 10.0) Firefox/128.0", remote_addr="192.0.2.1")
PHONE = Browser(user_agent="Mozilla/5.0 (iPhone) Safari/604.1", remote_addr="198.51.100.7")


def signed_in(office: Office, browser: Browser, email: str = "anna@example.org") -> str:
    return sign_in(office.deps, email, PASSWORD, browser=browser)


def test_the_list_says_where_since_when_and_which_is_this_one(office: Office):
    anna = office.person("anna@example.org")
    here = signed_in(office, LAPTOP)
    began = office.clock.now()
    office.clock.advance(hours=3)
    phone = signed_in(office, PHONE)
    office.clock.advance(hours=1)
    session_person(office.deps, phone)

    first, second = list_own_sessions(office.deps, anna.id, here)

    assert (first.browser, first.here, first.began_at) == (LAPTOP, True, began)
    assert (second.browser, second.here) == (PHONE, False)
    assert first.clicked_at == second.clicked_at == office.clock.now()


def test_what_ended_by_itself_and_what_is_of_others_is_not_listed(office: Office):
    anna = office.person("anna@example.org")
    office.person("ben@example.org")
    signed_in(office, PHONE)
    office.clock.advance(days=8)
    here = signed_in(office, LAPTOP)
    signed_in(office, PHONE, "ben@example.org")

    assert [each.browser for each in list_own_sessions(office.deps, anna.id, here)] == [LAPTOP]


def test_one_session_ends_and_the_log_says_which(office: Office):
    anna = office.person("anna@example.org")
    here, phone = signed_in(office, LAPTOP), signed_in(office, PHONE)
    listed = list_own_sessions(office.deps, anna.id, here)

    ended = end_own_session(office.deps, anna.id, listed[1].handle)

    assert ended and not end_own_session(office.deps, anna.id, listed[1].handle)
    assert session_person(office.deps, phone) is None
    assert session_person(office.deps, here)
    with office.deps.store.read() as db:
        [row] = db.query(ActivityRow).filter_by(code="login.ended")
    assert row.message == "anna@example.org signed out elsewhere: Safari on an iPhone."
    assert (row.mailbox, row.detail) == (anna.email, {"remote_addr": "198.51.100.7"})


def test_a_session_of_somebody_else_is_not_ended(office: Office):
    anna, ben = office.person("anna@example.org"), office.person("ben@example.org")
    hers = signed_in(office, LAPTOP)
    [session] = list_own_sessions(office.deps, anna.id, hers)

    assert not end_own_session(office.deps, ben.id, session.handle)
    assert session_person(office.deps, hers)


def test_all_others_end_and_this_one_goes_on(office: Office):
    anna, ben = office.person("anna@example.org"), office.person("ben@example.org")
    here, his = signed_in(office, LAPTOP), signed_in(office, LAPTOP, ben.email)
    others = [signed_in(office, PHONE) for _ in range(3)]

    count = end_other_sessions(office.deps, anna.id, here)

    assert count == 3
    assert [session_person(office.deps, token) for token in others] == [None] * 3
    assert session_person(office.deps, here) and session_person(office.deps, his)
    assert end_other_sessions(office.deps, anna.id, here) == 0


def test_a_browser_that_calls_itself_a_book_is_kept_as_a_word(office: Office):
    anna = office.person("anna@example.org")

    here = signed_in(office, Browser(user_agent="x" * 100_000))

    [session] = list_own_sessions(office.deps, anna.id, here)
    assert session.browser.user_agent == "x" * 300
