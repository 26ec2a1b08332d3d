"""The dialogue as it is written down, with scripted servers and a real one."""

import base64
import re
from contextlib import suppress

import pytest

from mailboxadmin.demo.deeds import Close
from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.domain.mask import MASK
from mailboxadmin.imap import trace as trace_module
from mailboxadmin.imap.connection import Connection
from mailboxadmin.imap.redact import Redactor
from mailboxadmin.imap.said import secret_forms
from mailboxadmin.imap.trace import Trace, Traced, raw_words
from tests.imap.callers import account, on_dovecot, session
from tests.support.faults.canary import CANARY, leaks
from tests.support.mailstore import Account
from tests.support.scripted_steps import answer, capability, expect, literal, login, select

IN = "OK [CAPABILITY IMAP4rev1] in"
#: In every header and every part of it.
WORD = "xylophone"
MAIL = (
    f"Message-ID: <{WORD}@{WORD}.example>\r\nFrom: {WORD} <{WORD}@example.org>\r\n"
    f"To: {WORD}@example.com\r\nSubject: {WORD} * NO {WORD}\r\nX-{WORD}: {WORD}\r\n"
    f"Date: Mon, 2 Mar 2026 09:00:00 +0000\r\nContent-Type: text/plain; name={WORD}\r\n\r\n"
    f"{WORD}\r\n* OK {WORD}\r\n)\r\n* 1 FETCH (UID 1 FLAGS ({WORD}))\r\nA1 OK {WORD}\r\n"
).encode()


@pytest.fixture
def lines() -> list[str]:
    """What was written."""
    return []


def text_of(lines: list[str]) -> str:
    """Without the times."""
    return "\n".join(re.sub(r"^ *\d+ ms  ", "", line) for line in lines)


def test_every_line_has_its_time_and_who_said_it(scripted_imap, lines):
    server = scripted_imap([capability(), login(IN), select()])

    with session(account(server.port), trace=Trace(lines.append)) as ours:
        ours.select("INBOX")

    assert all(re.match(r" *\d+ ms  (C:|S:|S!|--)  \S", line) for line in lines)
    said = text_of(lines)
    assert f"--  connecting to 127.0.0.1, port {server.port}\n--  connected\n" in said
    assert re.search(
        r"C:  [A-P]{4}1 LOGIN ••••\nS:  [A-P]{4}1 OK \[CAPABILITY IMAP4rev1\] in\n", said
    )
    assert re.search(r'C:  [A-P]{4}2 EXAMINE "INBOX"\nS:  \* 0 EXISTS\n', said)
    assert said.endswith("--  connection closed")


def test_a_greeting_is_written_once(scripted_imap, lines):
    server = scripted_imap([capability(), login(IN)])

    session(account(server.port), trace=Trace(lines.append)).close()

    assert text_of(lines).count("S:  * OK ready") == 1


def test_a_refusal_is_marked_and_quoted(scripted_imap, lines):
    server = scripted_imap([capability(), login("NO [AUTHENTICATIONFAILED] No such luck")])

    with pytest.raises(MailFailure):
        session(account(server.port), trace=Trace(lines.append))

    said = text_of(lines)
    assert re.search(r"S!  [A-P]{4}1 NO \[AUTHENTICATIONFAILED\] No such luck\n", said)
    assert "-!  raw: imaplib.IMAP4.error: " in said
    assert "-!  step auth failed, " in said


def test_tls_is_told(scripted_imap, certificates, lines):
    server = scripted_imap([capability(), login(IN)], certificate=certificates.good())
    to = account(server.port, host="localhost", encryption=Encryption.SSL)

    session(to, ca_file=certificates.ca_file, trace=Trace(lines.append)).close()

    assert "--  TLSv1.3, TLS_" in text_of(lines)


def test_tls_that_fails_is_told(scripted_imap, certificates, lines):
    # The second one is looked at for its certificate only.
    server = scripted_imap([], [], certificate=certificates.good(), may_stop_early=True)
    to = account(server.port, host="localhost", encryption=Encryption.SSL)

    with pytest.raises(MailFailure):
        session(to, trace=Trace(lines.append))

    assert "-!  no TLS with localhost: " in text_of(lines)


def test_an_end_in_the_middle_is_told(scripted_imap, lines):
    server = scripted_imap([capability(), expect("LOGIN ", Close())])

    with pytest.raises(MailFailure):
        session(account(server.port), trace=Trace(lines.append))

    assert "-!  the line ended: closed by the server" in text_of(lines)


@pytest.mark.parametrize(
    "password", [CANARY, "päss wörd 密码", 'quo"te\\back', "abc", "with  blanks ", "%00{12}"]
)
@pytest.mark.parametrize("offers", ["IMAP4rev1", "IMAP4rev1 AUTH=PLAIN", "IMAP4rev1 LITERAL+"])
def test_no_form_of_a_password_is_written_whatever_the_server_repeats(
    scripted_imap, lines, password, offers
):
    to = Account("ann", password)
    echoes = [f"* OK {form}" for form in secret_forms("ann", password)]
    tagged = f"{{tag}} NO I heard {password} and {secret_forms('ann', password)[0]}"
    plain = "PLAIN" in offers and not password.isascii()
    go_on = ["+ go on"] if not password.isascii() else []
    how = "AUTHENTICATE PLAIN" if plain else "LOGIN "
    steps = [expect(how, *go_on, *([] if go_on and plain else [*echoes, tagged]))]
    if go_on and plain:
        steps = [expect(how, "+ go on"), answer("", *echoes, tagged)]
    if go_on and not plain:
        steps = [expect(how, *echoes, tagged)]
    server = scripted_imap([capability(offers), *steps], may_stop_early=True)

    with pytest.raises(MailFailure):
        session(account(server.port, password=password), trace=Trace(lines.append))

    assert leaks(lines, to) == []
    assert MASK in text_of(lines)


def test_no_form_of_a_token_is_written_whatever_the_server_repeats(scripted_imap, lines):
    token = "ya29.a0-Canary_Token~42/+="
    bearer = type(
        "Given", (), {"detail": "", "token": lambda *_: token, "renewed": lambda *_: None}
    )
    sent = base64.b64encode(f"user=ann\x01auth=Bearer {token}\x01\x01".encode()).decode()
    reason = base64.b64encode(f'{{"status":"400","token":"{token}"}}'.encode()).decode()
    asked = [
        expect("AUTHENTICATE XOAUTH2$", "+ "),
        answer("", f"* OK {sent} {token}", f"+ {reason}"),
        answer("", f"{{tag}} NO {token} {sent} {reason}"),
    ]
    # Once more with what the provider gives then.
    server = scripted_imap([capability("IMAP4rev1 AUTH=XOAUTH2"), *asked, *asked])

    with pytest.raises(MailFailure):
        session(account(server.port, password="", bearer=bearer()), trace=Trace(lines.append))

    said = text_of(lines)
    assert "AUTHENTICATE XOAUTH2 ••••" in said
    for form in (token, sent, "ya29", sent[4:40]):
        assert form not in said


@pytest.mark.parametrize(
    "given",
    [
        literal("* 1 FETCH (UID 1 FLAGS () BODY[]", MAIL, ")"),
        literal("* 1 FETCH (UID 1 FLAGS () BODY[]", MAIL, " RFC822.SIZE 7)"),
        literal("* 1 FETCH (BODY[HEADER.FIELDS (SUBJECT)]", MAIL, " UID 1 FLAGS ())"),
        literal("* 1 FETCH (BODY[HEADER]", MAIL, " UID 1)"),
        f'* 1 FETCH (UID 1 BODY[] "{WORD}")\r\n'.encode(),
        f'* 1 FETCH (UID 1 ENVELOPE ("x" "{WORD}" (("{WORD}" NIL "x" "y"))))\r\n'.encode(),
        literal('* 1 FETCH (UID 1 ENVELOPE ("x"', MAIL, f' "{WORD}") FLAGS ())'),
        f'* 1 FETCH (UID 1 BODYSTRUCTURE ("text" "plain" ("name" "{WORD}")))\r\n'.encode(),
        f"* 1 FETCH (UID 1 X-GM-LABELS ({WORD}))\r\n".encode(),
        f"* 1 FETCH (UID 1 FLAGS ({WORD}))\r\n".encode(),
        f'* 1 FETCH (UID 1 {WORD} "{WORD}")\r\n'.encode(),
        # It says that it is shorter than it is.
        b"* 1 FETCH (UID 1 FLAGS () BODY[] {7}\r\n" + MAIL + b")\r\n",
        b"* 1 FETCH (UID 1 FLAGS () BODY[] {0}\r\n" + MAIL + b")\r\n",
    ],
)
def test_nothing_of_a_message_is_written_however_it_comes(scripted_imap, lines, given):
    script = [
        capability(),
        login(IN),
        select(exists=1),
        expect("UID FETCH", given, "{tag} OK done"),
        *[expect("UID FETCH|LOGOUT", "{tag} OK done")] * 3,
    ]
    server = scripted_imap(script, may_stop_early=True)

    with session(account(server.port), trace=Trace(lines.append)) as ours:
        ours.select("INBOX")
        with suppress(MailFailure):
            list(ours.fetch([1]))

    assert WORD not in text_of(lines).lower()
    assert " FETCH" in text_of(lines)


def test_nothing_of_a_search_for_a_message_is_written(scripted_imap, lines):
    found = expect("UID SEARCH", "* SEARCH 1", "{tag} OK done")
    server = scripted_imap([capability(), login(IN), select(exists=1), found, found])

    with session(account(server.port), trace=Trace(lines.append)) as ours:
        ours.select("INBOX")
        ours.with_message_id(f"<{WORD}@example.org>")
        ours.with_message_id(f"<{WORD}ä@example.org>")

    assert text_of(lines).count("HEADER Message-ID …cut…") == 2
    assert WORD not in text_of(lines)


def test_nothing_of_mail_on_a_real_server_is_written(dovecot, lines):
    ann = dovecot.user()
    dovecot.deliver(ann, MAIL)

    with session(on_dovecot(dovecot, ann), trace=Trace(lines.append)) as ours:
        ours.select("INBOX", writable=True)
        fetched = list(ours.fetch(ours.uids()))
        list(ours.sizes([1]))
        list(ours.list_folders())

    assert len(fetched) == 1
    assert WORD not in text_of(lines)
    assert re.search(r"BODY\[\] {\d+} …cut…", text_of(lines))


@pytest.mark.parametrize("phase", [Phase.FOLDERS, Phase.FETCH, Phase.PUSH, Phase.LOCAL])
@pytest.mark.parametrize(
    "text",
    [
        f"unexpected response: b'* 1 FETCH (BODY[] {WORD}'",
        f'Tuple incomplete before "({WORD}"',
        f"bad atom <{WORD}>",
        f"KeyError {{{WORD}}}",
    ],
)
def test_an_exception_quotes_no_mail(phase, text):
    cause = ValueError(text)
    fault = RuntimeError(text)
    fault.__cause__ = cause

    words = raw_words(fault, phase)

    assert WORD not in words
    assert words.startswith("RuntimeError: ") and "← ValueError: " in words


def test_an_exception_shows_no_token():
    words = raw_words(
        RuntimeError("got eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIx.c2ln"), Phase.AUTH
    )

    assert words == f"RuntimeError: got {MASK}"


def test_a_line_of_a_server_stays_one_line(lines):
    Trace(lines.append).write("S:", "* OK one\x85two\u2028three\u202efour\nfive")

    assert len(lines) == 1
    assert lines[0].isprintable()


def test_a_recording_that_fails_is_none_of_the_run(scripted_imap, lines, monkeypatch):
    def broken(*_: object) -> str:
        raise TypeError("the recording")

    monkeypatch.setattr(Redactor, "sent", broken)
    monkeypatch.setattr(Redactor, "came", broken)
    server = scripted_imap([capability(), login(IN)])

    session(account(server.port), trace=Trace(lines.append)).close()

    assert "…cut…" in text_of(lines)


def test_without_a_trace_nothing_stands_between_the_line_and_who_reads_it(scripted_imap):
    server = scripted_imap([capability(), login(IN)])

    with session(account(server.port)) as ours:
        line = ours._wire.connection

    assert type(line) is Connection
    assert not issubclass(Connection, Traced)
    assert trace_module.Traced.read_line is not Connection.read_line
