"""The board in a browser."""

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from mailboxadmin.domain.finding import Fixer, Scope
from mailboxadmin.domain.mailbox import State
from tests.support import states
from tests.support.office import Office
from tests.support.outcomes import token_refused
from tests.support.visitor import Visitor

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    office.admin("grace@example.org")
    return at_desk("grace@example.org")


def test_an_empty_office_says_what_to_do_first(grace: Visitor):
    page = grace.get("/").text

    assert "No mailboxes yet." in page
    assert 'href="/staff">Add staff</a>' in page


def test_who_acts_stands_at_the_head_of_each_card(office: Office, grace: Visitor):
    anna = states.somebody(office, "Anna Keller")
    states.put(office, anna, State.NEEDS_ACTION, states.finding())
    dana = states.somebody(office, "Dana Vries")
    soon = office.clock.now() + timedelta(minutes=7)
    slow = states.finding("server.timeout", temporary=True, fix_by=Fixer.NOBODY, summary="Slow.")
    states.put(office, dana, State.RETRYING, slow, next_attempt_at=soon)

    page = grace.get("/").text

    assert ">Anna must enter the right password</a>. No mailbox is fine." in page
    assert 'who-owner">Anna Keller' in page
    assert "Ask Anna to fix it" in page
    assert "tried 3 times, then stopped so that the server does not lock the account" in page
    assert "Nobody – it tries again" in page
    assert page.index("Needs Anna") < page.index("Slow.</div>")


def test_words_that_nobody_knows_are_on_the_card_and_known_ones_on_the_page(
    office: Office, grace: Visitor
):
    for name, code, said in (
        ("Anna", "unknown", "Der Zugang <ruht>."),
        ("Ben", "auth.imap_disabled", "IMAP access is disabled."),
    ):
        wrong = replace(states.finding(code), server_said=said)
        states.put(office, states.somebody(office, name), State.NEEDS_ACTION, wrong)

    page = grace.get("/").text

    assert "<b>the server said</b>Der Zugang &lt;ruht&gt;.</div>" in page
    assert "IMAP access is disabled." not in page


def put_wide(office: Office, *names: str) -> None:
    """The client secret of these people’s OAuth app has expired."""
    wrong = states.finding(
        "oauth.client_secret_expired",
        scope=Scope.PROVIDER_APP,
        fix_by=Fixer.PROVIDER_ADMIN,
        steps=("Make a new one.", "Enter it."),
    )
    facts = token_refused("invalid_client")
    for name in names:
        states.put(office, states.somebody(office, name), State.NEEDS_ACTION, wrong, facts=facts)


def test_one_cause_is_one_card_with_its_steps_and_its_people(office: Office, grace: Visitor):
    put_wide(office, "Anna Keller", "Ben", "Chloé", "Dana", "Eva", "Farid", "Gina Novák")

    page = grace.get("/").text

    assert page.count("<article") == 1
    assert "7 Outlook mailboxes: the client secret expired" in page
    assert 'who-other">The Entra admin' in page
    assert "Write to the Entra admin" in page
    assert "<summary>and 3 more</summary>" in page
    assert all(f">{name}</a>" in page for name in ("Anna Keller", "Dana", "Eva", "Gina Novák"))
    assert "Show the 2 steps" in page and "Make a new one." in page
    assert "Needs the Entra admin" in page


def test_a_few_are_all_named(office: Office, grace: Visitor):
    put_wide(office, "Anna", "Ben", "Chloé", "Dana", "Eva")

    page = grace.get("/").text

    assert re.search(r">Dana</a> and <a href=\S+>Eva</a>", page)
    assert " more</summary>" not in page


def test_the_answer_leads_to_the_cards(office: Office, grace: Visitor):
    put_wide(office, "Anna", "Ben")
    states.put(office, states.somebody(office, "Carl"), State.NEEDS_ACTION, states.finding())

    page = grace.get("/").text

    leads = re.findall(r'<a href="#(case-[^"]+)">', page.partition("</h1>")[0])
    assert leads == re.findall(r'<article [^>]*id="([^"]+)"', page)
    assert len(leads) == 2


def test_things_are_counted_not_mailboxes(office: Office, grace: Visitor):
    calm = grace.get("/staff").text
    put_wide(office, "Anna", "Ben")
    pages = [grace.get(path).text for path in ("/", "/staff")]
    fragment = grace.get("/", headers=FRAGMENT).text

    badge = 'id="needing">1<span class="visually-hidden"> thing needs someone</span>'
    assert 'id="needing"></span>' in calm
    assert all(badge in page for page in pages)
    assert "<title>(1) Board – Mailbox Admin</title>" in pages[0]
    assert "<title>(1) Board – Mailbox Admin</title>" in fragment
    assert 'id="needing" hx-swap-oob="true">1<' in fragment


def test_the_list_is_cut_to_a_state_and_the_search_is_kept(office: Office, grace: Visitor):
    for name in ("Anna Keller", "Anna Berg", "Ben"):
        state = State.PAUSED if name == "Anna Berg" else State.OK
        person = office.person(f"{name.replace(' ', '.')}@example.org".lower())
        states.put(office, person, state)

    everybody = grace.get("/?find=anna").text
    paused, fine = grace.get("/?find=anna&state=paused").text, grace.get("/?state=ok").text
    none, unknown = grace.get("/?state=retrying").text, grace.get("/?state=<b>").text

    assert tabs_of(everybody) == [
        ("/?find=anna", True, "All 3"),
        ("/?state=ok&find=anna", False, "Fine 2"),
        ("/?state=paused&find=anna", False, "Paused 1"),
    ]
    assert rows_of(paused) == ["anna.berg@example.org"]
    assert 'name="state" value="paused"' in paused
    assert 'id="clear" href="/?state=paused">Clear</a>' in paused
    assert rows_of(fine) == ["anna.keller@example.org", "ben@example.org"]
    assert ("/?state=retrying", True, "Trying again 0") in tabs_of(none)
    assert "No mailbox is like that now." in none
    assert len(rows_of(unknown)) == 3


def tabs_of(page: str) -> list[tuple[str, bool, str]]:
    """The address of each tab, whether it is chosen, and what it says."""
    row = page.partition('class="tabs"')[2].partition("</nav>")[0]
    found = re.findall(r'<a href="([^"]+)"([^>]*)>([^<]+)<span>(\d+)', row)
    return [
        (html.unescape(url), "aria-current" in more, label + count)
        for url, more, label, count in found
    ]


def rows_of(page: str) -> list[str]:
    """The addresses in the list, in alphabetical order."""
    return sorted(re.findall(r'text-secondary small">([^<]+@[^<]+)</div>', page))


def test_all_of_a_case_are_tried_again(office: Office, grace: Visitor):
    put_wide(office, "Anna", "Ben")
    [key] = re.findall(r'name="case" value="([^"]+)"', grace.get("/").text)

    answer = grace.post("/try-again", form_at="/", case=key)
    told = grace.get("/").text
    gone = grace.post("/try-again", form_at="/", case="auth.bad_credentials-7")

    assert (answer.status_code, answer.location) == (302, "/")
    assert "Trying 2 mailboxes now." in told
    assert gone.status_code == 302
    assert "There is nothing to try again: that is over already." in grace.get("/").text


def test_trying_again_is_a_form_of_the_admins(office: Office, grace: Visitor, at_desk):
    anna = states.somebody(office, "Anna")

    assert grace.get("/try-again").status_code == 405
    assert grace.post_without_token("/try-again", case="x").status_code == 400
    assert at_desk(anna.email).post("/try-again", form_at="/password").status_code == 403


def test_a_person_is_found_by_name_or_address(office: Office, grace: Visitor):
    for name in ("Anna Keller", "Ben Okoye"):
        states.put(office, states.somebody(office, name), State.OK)

    by_name, by_address = grace.get("/?find=KELLER").text, grace.get("/?find=ben@").text
    nobody = grace.get("/?find=<zoe>").text

    assert "Anna Keller" in by_name and "Ben Okoye" not in by_name
    assert "Ben Okoye" in by_address and "Anna Keller" not in by_address
    assert "Nobody here is called “&lt;zoe&gt;”." in nobody


def test_it_refreshes_itself_with_the_list_only(office: Office, grace: Visitor):
    states.put(office, states.somebody(office, "Anna Keller"), State.OK)

    fragment = grace.get("/", headers=FRAGMENT).text

    assert fragment.lstrip().startswith('<div id="board"')
    assert "<html" not in fragment
    assert "Anna Keller" in fragment


def test_staff_are_taken_to_their_own_mailbox(office: Office, at_desk):
    office.admin()
    anna = states.somebody(office, "Anna Keller")

    answer = at_desk(anna.email).get("/")

    assert answer.location == f"/mailboxes/{anna.mailbox_id}"


def test_a_dead_scheduler_is_on_every_page_in_red(office: Office, grace: Visitor):
    states.tick(office)
    alive = [grace.get(path).text for path in ("/", "/activity", "/staff", "/settings")]
    office.clock.advance(minutes=2)
    dead = [grace.get(path).text for path in ("/", "/activity", "/staff", "/settings", "/beat")]

    assert all("Checking by itself" in page and "last tick" in page for page in alive)
    assert not any("Mailboxes are not being checked." in page for page in alive)
    assert all("Mailboxes are not being checked." in page for page in dead)
    assert all("process 4121 on mailhost" in page for page in dead)


def test_while_the_scheduler_is_dead_no_page_names_a_next_try(office: Office, grace: Visitor):
    due = office.clock.now() + timedelta(minutes=7)
    broken = states.finding("tcp.refused", temporary=True)
    mailbox_id = states.put(
        office, states.somebody(office, "Anna"), State.RETRYING, broken, next_attempt_at=due
    )
    states.tick(office)
    paths = ("/", f"/mailboxes/{mailbox_id}", "/troubleshooting")
    named = f"{due.astimezone():%H:%M}</time>"
    alive = [grace.get(path).text for path in paths]
    office.clock.advance(minutes=2)
    dead = [grace.get(path).text for path in paths]

    assert all(named in page for page in alive)
    assert not any(named in page for page in dead)


def test_no_page_has_inline_styles_or_scripts(office: Office, grace: Visitor):
    mailbox_id = states.put(
        office, states.somebody(office, "Anna"), State.NEEDS_ACTION, states.finding()
    )
    states.put_mail(office, mailbox_id, 3)

    pages = [grace.get(path).text for path in ("/", f"/mailboxes/{mailbox_id}", "/activity")]

    for page in pages:
        assert " style=" not in page and "<style" not in page
        assert " onclick=" not in page and "<script>" not in page
