"""Answers that are none, are about something else, or never end; and folders that do not open."""

import re

from mailboxadmin.demo.deeds import IMPOSSIBLE_LITERAL, OVERFLOWING_LITERAL, Close, Drip, Stall
from mailboxadmin.demo.faulty_dialogue import PassOn
from tests.support.faults.fault import Fault

BODIES = r"UID FETCH \S+ .*BODY\.PEEK\[\]"
EXAMINE, SEARCH, LIST = "EXAMINE ", "UID SEARCH ", "LIST "
EXCHANGE = "* OK The Microsoft Exchange IMAP4 service is ready. [QQBNADYAUABSADAAMgBDAEEAMAAwADEA]"
DONE = "{tag} OK done"


def _half(answer: bytes) -> bytes:
    return answer[: len(answer) // 2]


def _without_uids(answer: bytes) -> bytes:
    return re.sub(rb"UID \d+ ?", b"", answer)


BROKEN = "server.protocol_error"

LITERALS = (
    Fault(
        name="a literal cut short",
        at=BODIES,
        does=(PassOn(lambda answer: answer[:99]), Close()),
        check="server.closed",
    ),
    Fault(
        name="silence in the middle of a literal",
        at=BODIES,
        does=(PassOn(_half), Stall()),
        check="server.timeout",
        hangs=True,
    ),
    Fault(name="a literal too large", at=BODIES, does=(IMPOSSIBLE_LITERAL, Stall()), check=BROKEN),
    Fault(
        name="a literal of 23 digits",
        at=BODIES,
        does=(OVERFLOWING_LITERAL, Stall()),
        check=BROKEN,
    ),
    Fault(
        name="a negative literal",
        at=BODIES,
        does=("* 1 FETCH (UID 1 BODY[] {-5}", "Hello)", DONE),
        check=BROKEN,
    ),
    Fault(
        name="a literal larger than what comes",
        at=BODIES,
        does=("* 1 FETCH (UID 1 BODY[] {4000}", "Hello)", DONE, Stall()),
        check="server.timeout",
        hangs=True,
    ),
)

CONFUSED = (
    Fault(name="no UID in any answer", at="UID FETCH", does=(PassOn(_without_uids),), check=BROKEN),
    Fault(
        name="nothing found where there is mail",
        at=SEARCH,
        does=("* SEARCH", DONE),
        check=BROKEN,
    ),
    Fault(
        name="nothing found any more",
        at=SEARCH,
        does=("* SEARCH", DONE),
        later=True,
        check=BROKEN,
    ),
    Fault(name="words among the UIDs", at=SEARCH, does=("* SEARCH 1 two 3", DONE), check=BROKEN),
    Fault(
        name="impossibly many UIDs",
        at=SEARCH,
        does=('* ESEARCH (TAG "{tag}") UID ALL 1:4294967295', DONE),
        check=BROKEN,
    ),
    Fault(name="no UIDVALIDITY", at=EXAMINE, does=("* 3 EXISTS", DONE), check=BROKEN),
    Fault(name="nonsense to EXAMINE", at=EXAMINE, does=("mumble", "{tag} HM"), check=BROKEN),
    Fault(name="a list that cannot be read", at=LIST, does=("* LIST ((((", DONE), check=BROKEN),
    Fault(
        name="news that nobody asked for",
        at="UID FETCH",
        does=(
            "* OK still here",
            "* 9 EXISTS",
            r"* 2 FETCH (FLAGS (\Seen))",
            '* LIST () "/" Sent',
            PassOn(),
        ),
        check=None,
    ),
    Fault(
        name="EXPUNGE while messages come",
        at=BODIES,
        does=("* 1 EXPUNGE", PassOn()),
        check=None,
    ),
)

#: What the server says to EXAMINE, and what it means.
FOLDERS = tuple(
    Fault(
        name=f"a folder: {name}",
        at=EXAMINE,
        does=(f"{{tag}} {said}",),
        check=code,
        quotes=said.partition(" ")[2],
    )
    for name, said, code in (
        ("a container", "NO Mailbox isn't selectable", "folder.not_selectable"),
        ("not permitted", "NO [NOPERM] Permission denied", "folder.no_permission"),
        ("not there", "NO [NONEXISTENT] Unknown Mailbox: INBOX (Failure)", "folder.not_found"),
        ("not there, in words", "NO Mailbox doesn't exist: INBOX", "folder.not_found"),
        ("a fault of theirs", "NO System Error (Failure)", "server.unavailable"),
        ("locked", "NO [INUSE] Mailbox is locked by another session", "server.unavailable"),
        (
            "it wants to know who we are",
            "NO SELECT Unsafe Login. Please contact kefu@188.com for help",
            "server.protocol_error",
        ),
        (
            "signed in, but not connected",
            "BAD User is authenticated but not connected.",
            "auth.not_connected",
        ),
    )
)

FETCHING = (
    Fault(
        name="the day's download is used up",
        at=BODIES,
        does=("{tag} NO [OVERQUOTA] Account exceeded command or bandwidth limits.",),
        check="server.bandwidth_limit",
        quotes="Account exceeded command or bandwidth limits.",
    ),
    Fault(
        name="Yahoo: later",
        at=BODIES,
        does=("{tag} NO [UNAVAILABLE] UID FETCH Server error - Please try again later",),
        check="server.unavailable",
        quotes="Please try again later",
        domain="yahoo.com",
    ),
    Fault(
        name="Exchange: unavailable",
        greeting=EXCHANGE,
        at=BODIES,
        does=("{tag} NO Server Unavailable. 15",),
        check="server.unavailable",
        quotes="Server Unavailable. 15",
    ),
    Fault(
        name="Exchange: too many programs",
        greeting=EXCHANGE,
        at=BODIES,
        does=("* BYE Connection closed. 14", Close()),
        check="server.throttled",
        quotes="Connection closed. 14",
    ),
    Fault(
        name="Exchange: the session ended",
        greeting=EXCHANGE,
        at=BODIES,
        does=("* BYE Session invalidated - AccessTokenExpired", Close()),
        check="server.closed",
        quotes="AccessTokenExpired",
    ),
    Fault(
        name="closed over the size of one message",
        at=r"UID FETCH (1:3|2|1:2|2:3|2,.*|.*,2) \(RFC822\.SIZE",
        does=(Close(),),
        check=None,
        quarantines=1,
    ),
    Fault(
        name="closed over one message",
        at=r"UID FETCH (1:3|2|1:2|2:3|2,.*|.*,2) .*BODY\.PEEK\[\]",
        does=(PassOn(lambda answer: answer.partition(b"* 2 FETCH")[0]), Close()),
        check=None,
        quarantines=1,
    ),
    Fault(
        name="a message that drips",
        at=BODIES,
        does=(PassOn(_half), Drip("x" * 400)),
        check="local.deadline_exceeded",
        # It stored the first message, and goes on with the others next time.
        sync=None,
        brings=1,
        hangs=True,
    ),
)

ANSWERS = (*LITERALS, *CONFUSED, *FOLDERS, *FETCHING)
