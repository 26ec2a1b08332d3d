"""No argument of any verb can start a second command: the bytes on the wire are looked at."""

import base64
import re
from datetime import date

import pytest

from mailboxadmin.domain.errors import Happening, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.domain.message import SEEN
from mailboxadmin.imap.network import Network
from mailboxadmin.imap.selected import Selected
from mailboxadmin.imap.session import Session
from tests.imap.callers import account, failure, session
from tests.support.scripted_steps import answer, capability, expect, login

EVIL = ["x\r\nA9 DELETE INBOX", "x\nA9 DELETE INBOX", "x\rA9 DELETE INBOX", "x\0A9 DELETE INBOX"]
SIGNED_IN = [capability(), login("OK [CAPABILITY IMAP4rev1 CONDSTORE STATUS=SIZE] in")]
SELECT = expect(
    'SELECT "INBOX"$',
    "* 1 EXISTS",
    "* OK [UIDVALIDITY 1] valid",
    "* OK [HIGHESTMODSEQ 7] highest",
    "{tag} OK [READ-WRITE] done",
)

#: Each argument of each verb that goes into a command.
ARGUMENTS = {
    "status": lambda ours, evil: ours.status(evil),
    "select": lambda ours, evil: ours.select(evil),
    "select writable": lambda ours, evil: ours.select(evil, writable=True),
    "mailbox_size": lambda ours, evil: ours.mailbox_size(evil),
    "with_message_id": lambda ours, evil: ours.with_message_id(evil),
    "with_message_id, not ascii": lambda ours, evil: ours.with_message_id("ä" + evil),
    # None of these takes a text; a caller that hands one on all the same gets no further.
    "uids above": lambda ours, evil: ours.uids(above=evil),
    "uids since": lambda ours, evil: ours.uids(since=evil),
    "message_id_of": lambda ours, evil: ours.message_id_of(evil),
    "sizes": lambda ours, evil: list(ours.sizes([evil])),
    "arrivals": lambda ours, evil: list(ours.arrivals([evil])),
    "flags": lambda ours, evil: list(ours.flags([evil])),
    "flags_changed_since": lambda ours, evil: list(ours.flags_changed_since(evil)),
    "fetch": lambda ours, evil: list(ours.fetch([evil])),
    "fetch_beginnings": lambda ours, evil: list(ours.fetch_beginnings([evil], 10)),
    "fetch_beginnings length": lambda ours, evil: list(ours.fetch_beginnings([1], evil)),
    "fetch_part uid": lambda ours, evil: ours.fetch_part(evil, start=0, length=1),
    "fetch_part start": lambda ours, evil: ours.fetch_part(1, start=evil, length=1),
    "fetch_part length": lambda ours, evil: ours.fetch_part(1, start=0, length=evil),
    "store_flag": lambda ours, evil: ours.store_flag([evil], SEEN, on=True, unchanged_since=None),
    "store_flag flag": lambda ours, evil: ours.store_flag([1], evil, on=True, unchanged_since=None),
    "store_flag since": lambda ours, evil: ours.store_flag(
        [1], SEEN, on=True, unchanged_since=evil
    ),
    "move": lambda ours, evil: ours.move([evil], "Archive"),
    "move folder": lambda ours, evil: ours.move([1], evil),
    "copy": lambda ours, evil: ours.copy([evil], "Archive"),
    "copy folder": lambda ours, evil: ours.copy([1], evil),
    "remove": lambda ours, evil: ours.remove([evil]),
}


def lines_of(server):
    """What the client sent, without the tags."""
    assert server.received.endswith(b"\r\n")
    lines = server.received.split(b"\r\n")[:-1]
    assert all(re.match(rb"[A-Z]{4}\d+ ", line) for line in lines), lines
    return [line.partition(b" ")[2].decode() for line in lines]


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("verb", ARGUMENTS)
def test_a_line_break_or_nul_in_any_argument_puts_nothing_on_the_wire(scripted_imap, verb, evil):
    server = scripted_imap([*SIGNED_IN, SELECT])

    with session(account(server.port)) as ours:
        ours.select("INBOX", writable=True)
        with pytest.raises((MailFailure, TypeError, AttributeError)):
            ARGUMENTS[verb](ours, evil)

    assert lines_of(server) == [
        "CAPABILITY",
        'LOGIN "ann" "correct horse"',
        'SELECT "INBOX"',
        "LOGOUT",
    ]
    assert b"DELETE" not in server.received


def test_every_verb_of_the_open_folder_is_looked_at():
    """A new verb, or a new argument, belongs into the table above."""
    verbs = {name for kind in (Selected, Session) for name in vars(kind) if name[0] != "_"}

    looked_at = {name.split()[0].rstrip(",") for name in ARGUMENTS}
    without_arguments = {"open", "steps", "list_folders", "idle"}
    assert verbs - looked_at - without_arguments == set()


@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("offered", ["IMAP4rev1", "IMAP4rev1 AUTH=PLAIN"])
@pytest.mark.parametrize("accent", ["", "ä"])
def test_a_line_break_or_nul_in_the_words_ends_before_the_sign_in(
    scripted_imap, field, evil, offered, accent
):
    server = scripted_imap([capability(offered)])

    facts, _ = failure(account(server.port, **{field: accent + evil}))

    assert facts.phase is Phase.AUTH
    assert facts.happening is Happening.UNEXPECTED
    assert lines_of(server) == ["CAPABILITY"]


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("encryption", [Encryption.NONE, Encryption.SSL, Encryption.STARTTLS])
def test_a_host_with_a_line_break_or_nul_is_no_name(dns_stub, evil, encryption):
    own_way = Network()
    asking = Network(nameservers=((dns_stub.address, dns_stub.port),))

    for network in (own_way, asking):
        facts, steps = failure(account(143, host=evil, encryption=encryption), network=network)

        assert facts.happening is Happening.NAME_UNKNOWN
        assert [step.phase for step in steps] == [Phase.DNS]


@pytest.mark.parametrize(
    "odd", ['"', "\\", '\\"', "{3}", "{3+}", "*", "%", "(x)", "]", "NIL", "a b", "ä", "\t", "\x7f"]
)
def test_odd_words_stay_within_their_argument(scripted_imap, odd):
    """Not a line more, and nothing after the closing quote."""
    quoted = r'"(?:[^"\\]|\\["\\])*"'
    found = ["* SEARCH 1", "{tag} OK done"]
    server = scripted_imap(
        [
            capability(),
            expect(rf"LOGIN {quoted} (?:{quoted}|\{{\d+\}}\r\n.*)$", "{tag} OK in"),
            capability(),
            expect(rf"STATUS {quoted} \([A-Z ]+\)$", "{tag} NO [NOPERM] no"),
            expect(rf"EXAMINE {quoted}$", "{tag} NO [NOPERM] no"),
            SELECT,
            expect(rf"UID SEARCH .*HEADER Message-ID (?:{quoted}|\{{\d+\}}\r\n.*)$", *found),
            expect("UID SEARCH UID 8:\\* UNSEEN SINCE 2-Jan-2026$", *found),
        ]
    )

    with session(account(server.port, username="u" + odd, password="p" + odd)) as ours:
        for call in (ours.status, ours.select):
            with pytest.raises(MailFailure):
                call(odd)
        ours.select("INBOX", writable=True)
        ours.with_message_id(odd)
        ours.uids(above=7, unseen=True, since=date(2026, 1, 2))

    assert server.received.count(b"\0") == 0


def test_the_words_of_sasl_are_one_line_whatever_is_in_them(scripted_imap):
    word = "pä" * 400
    token = base64.b64encode(f"\0ann\0{word}".encode()).decode()
    server = scripted_imap(
        [
            capability("IMAP4rev1 AUTH=PLAIN"),
            expect("AUTHENTICATE PLAIN$", "+ "),
            answer(re.escape(token) + "$", "{tag} NO [AUTHENTICATIONFAILED] no"),
        ]
    )

    failure(account(server.port, password=word))

    assert server.received.count(b"\r\n") == server.received.count(b"\n") == 3
