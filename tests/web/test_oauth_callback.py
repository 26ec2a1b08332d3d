"""What a browser brings back from a provider, and what attackers make it bring."""

import logging
from urllib.parse import parse_qsl, urlsplit

import pytest

from mailboxadmin.demo.provider_pages import Choice
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.checking.guessing import MOST_REFUSED
from mailboxadmin.services.machine.log_file import log_file, write_log
from mailboxadmin.services.staff.people import disable_person
from mailboxadmin.store.mailboxes import replace_own_texts
from mailboxadmin.store.tables import SessionRow
from mailboxadmin.store.tables_oauth import GrantRow
from tests.support.configuring import ADMIN
from tests.support.consenting import begin, come_back, connect
from tests.support.log import told
from tests.support.office import Box, Office
from tests.support.token_office import TokenOffice, press
from tests.support.visitor import Visitor

both = pytest.mark.parametrize("key", AppKey)


@pytest.fixture
def office(token_office: TokenOffice) -> Office:
    """The office at whose desks people sign in."""
    return token_office.office


@pytest.fixture
def box(token_office: TokenOffice) -> Box:
    """A mailbox that its owner has not connected yet."""
    token_office.office.admin(ADMIN)
    return token_office.box()


@pytest.fixture
def ann(box: Box, at_desk) -> Visitor:
    """Its owner, signed in."""
    return at_desk(box.person.email)


def is_connected(office: Office) -> bool:
    with office.deps.store.read() as db:
        return db.query(GrantRow).count() > 0


def state_of(page: str) -> str:
    return dict(parse_qsl(urlsplit(page).query))["state"]


@pytest.mark.parametrize("state", [None, "", "made-up", "x" * 5000, "a\x00b", "🦊", "' OR 1=1 --"])
def test_a_state_that_was_not_made_here_leads_nowhere(office, ann: Visitor, state):
    query = press(begin(ann), Choice.ALLOW)
    del query["state"]

    answer = come_back(ann, AppKey.GMAIL, query | ({} if state is None else {"state": state}))

    assert answer.status_code == 400
    assert "This way back leads nowhere" in answer.text
    assert not is_connected(office)


def test_a_state_of_another_session_leads_nowhere_for_either(office, token_office, ann, at_desk):
    """An attacker who has somebody open the end of his own way connects neither mailbox."""
    mallory = at_desk(token_office.box().person.email)
    his = press(begin(mallory), Choice.ALLOW)

    answer = come_back(ann, AppKey.GMAIL, his)

    assert answer.status_code == 400
    assert "This was begun in another browser" in answer.text
    assert not is_connected(office)


def test_a_stranger_cannot_end_what_somebody_began(office, ann: Visitor, visitor: Visitor):
    answer = come_back(visitor, AppKey.GMAIL, press(begin(ann), Choice.ALLOW))

    assert answer.status_code == 400 and "This was begun in another browser" in answer.text
    assert 'class="nav-side"' not in answer.text
    assert not is_connected(office)


def test_a_code_is_taken_with_the_state_it_came_with_only(office, token_office, ann, at_desk):
    """PKCE: a code of another way does not go with the verifier of this one."""
    mallory = at_desk(token_office.box().person.email)
    his = press(begin(mallory), Choice.ALLOW)

    answer = come_back(ann, AppKey.GMAIL, {"code": his["code"], "state": state_of(begin(ann))})

    assert answer.status_code == 200 and "Gmail was not connected" in answer.text
    assert not is_connected(office)


def test_it_counts_once_and_a_reload_says_so_kindly(office, ann: Visitor):
    query = press(begin(ann), Choice.ALLOW)
    come_back(ann, AppKey.GMAIL, query)

    answer = come_back(ann, AppKey.GMAIL, query)

    assert answer.status_code == 410
    assert "If it said that it is connected before, all is well." in answer.text
    assert is_connected(office)


def test_after_ten_minutes_it_is_over(office, ann: Visitor):
    query = press(begin(ann), Choice.ALLOW)
    office.clock.advance(minutes=10, seconds=1)

    answer = come_back(ann, AppKey.GMAIL, query)

    assert answer.status_code == 410
    assert "That took longer than ten minutes" in answer.text
    assert not is_connected(office)


@both
def test_what_began_at_one_provider_does_not_end_at_the_other(office, ann: Visitor, key: AppKey):
    other = next(each for each in AppKey if each is not key)

    answer = come_back(ann, other, press(begin(ann, key), Choice.ALLOW))

    assert answer.status_code == 400
    assert "This came back from another provider" in answer.text
    assert not is_connected(office)


def test_who_signed_out_meanwhile_is_asked_to_begin_again(office, ann: Visitor):
    query = press(begin(ann), Choice.ALLOW)
    ann.post("/logout", form_at="/mailbox")

    answer = come_back(ann, AppKey.GMAIL, query)

    assert "This was begun in another browser" in answer.text
    assert not is_connected(office)


def test_who_signed_in_anew_meanwhile_is_asked_to_begin_again(office, ann: Visitor, box: Box):
    query = press(begin(ann), Choice.ALLOW)
    ann.post("/logout", form_at="/mailbox")
    ann.sign_in(box.person.email)

    assert come_back(ann, AppKey.GMAIL, query).status_code == 400
    assert not is_connected(office)


def test_who_was_signed_out_elsewhere_is_not_connected(office: Office, ann: Visitor):
    """The cookie is as before, the session in the store is gone: a password was changed, say."""
    query = press(begin(ann), Choice.ALLOW)
    with office.deps.store.write() as db:
        db.query(SessionRow).delete()

    assert come_back(ann, AppKey.GMAIL, query).status_code == 400
    assert not is_connected(office)


def test_who_was_shut_out_meanwhile_is_not_connected(office: Office, ann: Visitor, box: Box):
    query = press(begin(ann), Choice.ALLOW)
    disable_person(office.deps, box.person.id, actor=ADMIN)

    assert come_back(ann, AppKey.GMAIL, query).status_code == 400
    assert not is_connected(office)


def test_code_and_state_do_not_stay_in_the_address_bar(ann: Visitor):
    query = press(begin(ann), Choice.ALLOW)

    answer = come_back(ann, AppKey.GMAIL, query, follow=False)
    again = come_back(ann, AppKey.GMAIL, query, follow=False)

    for each in (answer, again):
        assert each.status_code == 303
        assert query["code"] not in each.location and query["state"] not in each.location
        assert query["code"] not in each.text and query["state"] not in each.text
        assert each.headers["Referrer-Policy"] == "no-referrer"
        assert each.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["next", "redirect_uri", "return_to", "url", "RelayState"])
def test_nothing_in_the_address_says_where_one_goes_next(ann: Visitor, name: str):
    evil = {name: "https://evil.example/", "iss": "//evil.example"}

    good = come_back(ann, AppKey.GMAIL, press(begin(ann), Choice.ALLOW) | evil, follow=False)
    bad = come_back(ann, AppKey.GMAIL, {"state": "x"} | evil, follow=False)

    assert good.location.startswith("/oauth/result/")
    assert bad.location == "/oauth/returned/gmail/unknown"


SCRIPT = '<script>alert(1)</script> [win](https://evil.example/) https://evil.example/ "onload="x'


def test_what_a_provider_says_is_quoted_and_is_neither_markup_nor_a_link(office, ann: Visitor):
    said = {"error": "strange_error", "error_description": SCRIPT * 99}

    answer = come_back(ann, AppKey.GMAIL, said | {"state": state_of(begin(ann))})

    assert answer.status_code == 200
    assert "&lt;script&gt;alert(1)" in answer.text and "<script>alert" not in answer.text
    assert 'href="https://evil.example' not in answer.text
    assert len(answer.text) < 20_000


def test_a_name_of_an_error_is_no_markup_either(ann: Visitor):
    query = {"error": SCRIPT, "state": state_of(begin(ann))}

    answer = come_back(ann, AppKey.GMAIL, query)

    assert "<script>alert" not in answer.text and 'href="https://evil' not in answer.text


def test_an_answer_with_a_code_and_an_error_is_an_error(office: Office, ann: Visitor):
    query = press(begin(ann), Choice.ALLOW) | {"error": "server_error"}

    answer = come_back(ann, AppKey.GMAIL, query)

    assert "oauth.provider_unavailable" in answer.text
    assert not is_connected(office)


def test_a_result_is_shown_to_the_browser_that_began_only(ann: Visitor, at_desk, visitor):
    where = connect(ann, choice=Choice.CANCEL).request.path

    assert ann.get(where).status_code == 200
    for other in (at_desk(ADMIN), visitor):
        answer = other.get(where)
        assert answer.status_code == 410 and "This page is over" in answer.text
    assert ann.get("/oauth/result/999999").status_code == 410


def test_a_mailbox_that_worked_goes_on_as_before_when_it_is_refused(token_office, ann, box):
    connect(ann)
    token_office.office.let_runs_end()
    before = token_office.tokens(box)

    connect(ann, choice=Choice.SOMEBODY_ELSE)

    assert token_office.tokens(box) == before
    assert token_office.office.state(box) is State.OK


def test_a_mail_server_that_is_down_is_no_refusal(office, token_office, ann, box):
    query = press(begin(ann), Choice.ALLOW)
    with office.deps.store.write() as db:
        texts = {"imap_host": "127.0.0.1", "imap_port": "9", "imap_encryption": "none"}
        replace_own_texts(db, box.id, texts)

    answer = come_back(ann, AppKey.GMAIL, query)

    assert "Not finished: try again later" in answer.text
    assert not is_connected(office)


def test_code_state_and_tokens_are_in_no_log_and_no_file(office, token_office, ann, box):
    queries = [
        press(begin(ann), choice) for choice in (Choice.ALLOW, Choice.SOMEBODY_ELSE, Choice.CANCEL)
    ]
    write_log(office.deps.instance)
    logging.getLogger().setLevel(logging.DEBUG)
    begin(ann)
    for query in queries:
        come_back(ann, AppKey.GMAIL, query)
        come_back(ann, AppKey.GMAIL, query)
    token_office.office.let_runs_end()
    secrets = {query[name] for query in queries for name in ("code", "state") if name in query}
    secrets |= {*token_office.tokens(box), *token_office.provider.secrets}

    office.app.view_functions["oauth.callback"] = broken
    office.app.config["PROPAGATE_EXCEPTIONS"] = False
    assert come_back(ann, AppKey.GMAIL, queries[0]).status_code == 500

    written = [file.read_bytes() for file in office.deps.instance.rglob("*") if file.is_file()]
    assert b"oauth.callback failed" in log_file(office.deps.instance).read_bytes()
    assert [each for each in secrets if any(each.encode() in file for file in written)] == []
    assert [each for each in secrets if each in "".join(told(office))] == []


def broken(key: str) -> str:
    raise RuntimeError("a fault of ours")


def test_who_brings_back_nonsense_too_often_is_asked_to_wait(ann: Visitor, visitor: Visitor):
    answers = [visitor.get("/oauth/callback/gmail?state=x").status_code for _ in range(31)]

    assert answers == [303] * 30 + [429]
    assert visitor.get("/login").status_code == 200


def test_who_was_refused_too_often_is_sent_back_with_the_time(ann: Visitor, box: Box):
    for _ in range(MOST_REFUSED):
        ann.post("/mailbox", do="save", password="wrong")

    answer = connect(ann)

    assert answer.request.path == "/mailbox"
    assert "Nothing was changed; try again at" in answer.text
