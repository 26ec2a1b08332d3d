"""The auth rung, to the byte."""

import base64
from datetime import timedelta

import pytest

from mailboxadmin.demo.deeds import Close, Stall
from mailboxadmin.domain.errors import Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.imap import session as session_module
from mailboxadmin.imap.said import MASK
from tests.imap.callers import account, failure, session
from tests.support.scripted_steps import answer, capability, expect, login

SIGNED_IN = "OK [CAPABILITY IMAP4rev1] signed in"


@pytest.mark.parametrize(
    ("tagged", "happening", "code", "said"),
    [
        (
            "NO [AUTHENTICATIONFAILED] No.",
            Happening.ANSWER_NO,
            "AUTHENTICATIONFAILED",
            "[AUTHENTICATIONFAILED] No.",
        ),
        ("NO LOGIN failed.", Happening.ANSWER_NO, None, "LOGIN failed."),
        ("NO [UNAVAILABLE] Temporary System Error", Happening.ANSWER_NO, "UNAVAILABLE", None),
        ("NO [LIMIT] Too many", Happening.ANSWER_NO, "LIMIT", None),
        ("NO [PRIVACYREQUIRED] Not in clear", Happening.LOGIN_DISABLED, "PRIVACYREQUIRED", None),
        ("BAD User is authenticated but not connected.", Happening.ANSWER_BAD, None, None),
    ],
)
def test_a_refusal_is_carried_with_its_code_and_not_judged(
    scripted_imap, tagged, happening, code, said
):
    server = scripted_imap([capability(), login(tagged)])

    facts, _ = failure(account(server.port))

    assert facts.phase is Phase.AUTH
    assert facts.happening is happening
    assert facts.response_code == code
    assert facts.server_said == (said or tagged.split(" ", 1)[1])


def test_untagged_words_that_explain_a_refusal_are_quoted_with_it(scripted_imap):
    refusal = expect(
        "LOGIN ",
        "* NO [WEBALERT https://accounts.example/] Web login required.",
        "{tag} NO [ALERT] Please log in via your web browser (Failure)",
    )
    server = scripted_imap([capability(), refusal])

    facts, _ = failure(account(server.port))

    assert facts.response_code == "WEBALERT"
    assert "Web login required." in (facts.server_said or "")
    assert "Please log in via your web browser" in (facts.server_said or "")


@pytest.mark.parametrize("end", [Close(), Close(reset=True)])
def test_a_connection_that_drops_during_the_sign_in_is_no_refusal(scripted_imap, end):
    server = scripted_imap([capability(), expect("LOGIN ", end)])

    facts, _ = failure(account(server.port))

    assert facts.happening is Happening.CLOSED
    assert facts.phase is Phase.AUTH


def test_a_bye_in_answer_to_the_sign_in_is_a_bye(scripted_imap):
    bye = expect("LOGIN ", "* BYE [UNAVAILABLE] Try later", Close())
    server = scripted_imap([capability(), bye])

    facts, _ = failure(account(server.port))

    assert facts.happening is Happening.ANSWER_BYE
    assert facts.response_code == "UNAVAILABLE"
    assert facts.server_said == "[UNAVAILABLE] Try later"


def test_a_named_back_off_is_in_the_facts(scripted_imap):
    words = "Request is throttled. Suggested Backoff Time: 89117 milliseconds"
    throttled = expect("LOGIN ", "{tag} BAD " + words, "* BYE Connection closed. 14", Close())
    server = scripted_imap([capability(), throttled])

    facts, _ = failure(account(server.port))

    assert facts.server_wait == timedelta(milliseconds=89117)
    assert words in (facts.server_said or "")


def test_a_server_that_never_answers_the_sign_in_is_a_time_out(scripted_imap, monkeypatch):
    monkeypatch.setattr(session_module, "RUNG_LIMIT_S", 1.5)
    server = scripted_imap([capability(), expect("LOGIN ", Stall())])

    facts, _ = failure(account(server.port))

    assert facts.happening is Happening.TIMEOUT
    assert facts.phase is Phase.AUTH


def test_a_password_is_not_sent_where_the_server_wants_none_in_clear(scripted_imap):
    server = scripted_imap([capability("IMAP4rev1 STARTTLS LOGINDISABLED AUTH=PLAIN")])

    facts, _ = failure(account(server.port))

    assert facts.happening is Happening.LOGIN_DISABLED
    assert facts.server_said is None
    assert b"LOGIN" not in server.received
    assert b"AUTHENTICATE" not in server.received


def test_over_tls_a_server_without_login_is_asked_by_sasl(scripted_imap, certificates):
    server = scripted_imap(
        [
            capability("IMAP4rev1 LOGINDISABLED AUTH=PLAIN"),
            expect("AUTHENTICATE PLAIN$", "+ "),
            answer(base64.b64encode(b"\0ann\0correct horse").decode(), "{tag} " + SIGNED_IN),
        ],
        certificate=certificates.good(),
    )

    to = account(server.port, encryption=Encryption.SSL)
    with session(to, ca_file=certificates.ca_file) as opened:
        assert opened.steps[-1].detail == "signed in as ann"


def test_over_tls_a_server_that_takes_no_password_at_all_says_what_it_takes(
    scripted_imap, certificates
):
    server = scripted_imap(
        [capability("IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2")], certificate=certificates.good()
    )

    to = account(server.port, encryption=Encryption.SSL)
    facts, _ = failure(to, ca_file=certificates.ca_file)

    assert facts.happening is Happening.LOGIN_DISABLED
    assert "AUTH=XOAUTH2" in facts.detail


def test_name_and_password_are_quoted(scripted_imap):
    server = scripted_imap([capability(), login(SIGNED_IN)])

    session(account(server.port, username='an "n\\a', password='p"w\\ (x)')).close()

    assert b'LOGIN "an \\"n\\\\a" "p\\"w\\\\ (x)"\r\n' in server.received


def test_words_that_are_not_ascii_go_by_sasl(scripted_imap):
    token = base64.b64encode("\0änn\0pässword".encode()).decode()
    server = scripted_imap(
        [
            capability("IMAP4rev1 AUTH=PLAIN"),
            expect("AUTHENTICATE PLAIN$", "+ "),
            answer(token, "{tag} " + SIGNED_IN),
        ]
    )

    session(account(server.port, username="änn", password="pässword")).close()

    assert server.commands[-1] == "LOGOUT"


def test_a_server_that_asks_twice_is_not_told_twice(scripted_imap):
    server = scripted_imap(
        [
            capability("IMAP4rev1 AUTH=PLAIN"),
            expect("AUTHENTICATE PLAIN$", "+ "),
            answer("[a-zA-Z0-9+/=]+$", "+ bW9yZQ=="),
            answer(r"\*$", "{tag} BAD cancelled"),
        ]
    )

    facts, _ = failure(account(server.port, password="pässword"))

    assert facts.happening is Happening.ANSWER_BAD


def test_where_there_is_no_sasl_a_password_that_is_not_ascii_goes_as_a_literal(scripted_imap):
    server = scripted_imap([capability(), login(SIGNED_IN)])

    with session(account(server.port, password="pässword")) as opened:
        assert opened.steps[-1].ok

    assert 'LOGIN "ann" {9}\r\npässword\r\n'.encode() in server.received


def test_a_refused_literal_is_a_refusal(scripted_imap):
    server = scripted_imap([capability(), login("NO [AUTHENTICATIONFAILED] no")])

    facts, _ = failure(account(server.port, password="pässword"))

    assert facts.response_code == "AUTHENTICATIONFAILED"


@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize("evil", ["x\r\nA9 DELETE INBOX", "x\ny", "x\0y"])
def test_a_line_break_in_the_words_puts_nothing_on_the_wire(scripted_imap, field, evil):
    server = scripted_imap([capability()])

    facts, steps = failure(account(server.port, **{field: evil}))

    assert facts.happening is Happening.UNEXPECTED
    assert "has a line break or a NUL" in facts.detail
    assert steps[-1].phase is Phase.AUTH
    assert b"LOGIN" not in server.received
    assert b"DELETE" not in server.received


def test_a_server_that_echoes_the_password_is_quoted_without_it(scripted_imap):
    token = base64.b64encode(b"\0ann\0correct horse").decode()
    server = scripted_imap(
        [capability(), login(f"NO no user with 'correct horse' or {token} here")]
    )

    facts, steps = failure(account(server.port))

    assert facts.server_said == f"no user with '{MASK}' or {MASK} here"
    assert "correct horse" not in repr((facts, steps))


def test_we_introduce_ourselves_and_switch_condstore_on_where_that_is_offered(scripted_imap):
    server = scripted_imap(
        [
            capability(),
            login("OK [CAPABILITY IMAP4rev1 ID ENABLE CONDSTORE] in"),
            expect(
                r'ID \("name" "Mailbox Admin"\)$', '* ID ("name" "Examplemail")', "{tag} OK done"
            ),
            expect("ENABLE CONDSTORE$", "* ENABLED CONDSTORE", "{tag} OK done"),
            expect("LIST ", "{tag} NO no"),
        ],
        greeting="* OK mx1 at your service",
    )

    with session(account(server.port)) as opened, pytest.raises(Exception) as caught:
        opened.list_folders()

    assert caught.value.facts.greeting == "OK mx1 at your service name Examplemail"


def test_a_server_that_refuses_to_be_introduced_is_used_all_the_same(scripted_imap):
    server = scripted_imap(
        [
            capability(),
            login("OK [CAPABILITY IMAP4rev1 ID ENABLE CONDSTORE] in"),
            expect("ID ", "{tag} BAD what?"),
            expect("ENABLE ", "{tag} NO no"),
        ]
    )

    with session(account(server.port)) as opened:
        assert opened.steps[-1].ok


def test_a_greeting_that_has_signed_us_in_needs_no_password(scripted_imap):
    server = scripted_imap(
        [capability(), capability("IMAP4rev1")], greeting="* PREAUTH welcome, ann"
    )

    with session(account(server.port)) as opened:
        assert opened.steps[-1].ok
