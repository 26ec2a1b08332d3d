"""A failed sync and a test of the same fault: one code, one phase, and a ladder that shows it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from mailboxadmin.demo.deeds import BYE_GREETING, SSH_GREETING, Close, CloseAfter, Stall
from mailboxadmin.demo.faulty_dialogue import PassOn
from mailboxadmin.demo.faulty_imap import NONE, FaultyImap, Trouble
from mailboxadmin.demo.ports import free_port
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.mailbox import Encryption, Server, Step
from mailboxadmin.domain.run import Outcome
from mailboxadmin.imap import session
from mailboxadmin.services.checking import last_rung
from mailboxadmin.services.checking.check import run_check
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.reading.messages import mark_messages
from mailboxadmin.services.sign_in.draft import Draft
from tests.support import mails
from tests.support.configuring import ADMIN
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account
from tests.support.office import Box, Office
from tests.support.stored import stored

FETCH = r"UID FETCH .*BODY\.PEEK\[\]"
THROTTLED = "{tag} BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong, and what must be said of it."""

    code: str
    #: Of the finding, and of the red step of a sync's ladder.
    phase: str
    trouble: Trouble = NONE
    folders: tuple[str, ...] = ("INBOX",)
    encryption: Encryption = Encryption.NONE


FAULTS = {
    "it is not IMAP": Fault(
        code="greeting.not_imap", phase="greeting", trouble=Trouble(greeting=SSH_GREETING)
    ),
    "turned away": Fault(
        code="greeting.refused", phase="greeting", trouble=Trouble(greeting=BYE_GREETING)
    ),
    "no TLS there": Fault(code="tls.not_tls", phase="tls", encryption=Encryption.SSL),
    "LOGIN is refused": Fault(
        code="auth.bad_credentials",
        phase="auth",
        trouble=Trouble(at="LOGIN ", does=("{tag} NO [AUTHENTICATIONFAILED] no",)),
    ),
    "NO to LIST": Fault(
        code="unknown",
        phase="folders",
        trouble=Trouble(at="LIST ", does=("{tag} NO the index is being rebuilt",)),
    ),
    "NO to EXAMINE": Fault(
        code="folder.no_permission",
        phase="folders",
        trouble=Trouble(at="EXAMINE ", does=("{tag} NO [NOPERM] not yours",)),
    ),
    "silence at EXAMINE": Fault(
        code="server.timeout", phase="folders", trouble=Trouble(at="EXAMINE ", does=(Stall(),))
    ),
    "a missing folder": Fault(code="folder.not_found", phase="folders", folders=("INBOX", "Snet")),
    "a folder that only holds others": Fault(
        code="folder.not_selectable", phase="folders", folders=("INBOX", "Archive")
    ),
    "NO to SEARCH": Fault(
        code="server.unavailable",
        phase="fetch",
        trouble=Trouble(at="UID SEARCH", does=("{tag} NO [UNAVAILABLE] later",)),
    ),
    "NO to every FETCH": Fault(
        code="unknown", phase="fetch", trouble=Trouble(at="UID FETCH", does=("{tag} NO no",))
    ),
    "NO to the messages, one by one": Fault(
        code="unknown", phase="fetch", trouble=Trouble(at=FETCH, does=("{tag} NO no",))
    ),
    "throttled at FETCH": Fault(
        code="server.throttled", phase="fetch", trouble=Trouble(at=FETCH, does=(THROTTLED,))
    ),
    "it hangs up in a literal": Fault(
        code="server.closed",
        phase="fetch",
        trouble=Trouble(
            at=FETCH, does=(CloseAfter(b"* 1 FETCH (UID 1 BODY[] {900}\r\nSubject: x", 40),)
        ),
    ),
    "a BYE in FETCH": Fault(
        code="server.closed",
        phase="fetch",
        trouble=Trouble(at=FETCH, does=("* BYE good-bye", Close())),
    ),
    "silence in FETCH": Fault(
        code="server.timeout",
        phase="fetch",
        trouble=Trouble(at=FETCH, does=(b"* 1 FETCH (UID 1 BODY[] {900}\r\nSub", Stall())),
    ),
    "nonsense in FETCH": Fault(
        code="server.protocol_error",
        phase="fetch",
        trouble=Trouble(at="UID FETCH .*RFC822.SIZE", does=("* 1 FETCH (UID", "{tag} OK done")),
    ),
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is told as such after a second."""
    monkeypatch.setattr(session, "COMMAND_LIMIT_S", 1.0)


@pytest.fixture
def at_fault(office: Office, dovecot: Dovecot) -> Callable[[Fault], object]:
    """A mailbox with seven messages, on a server with that fault."""

    @contextmanager
    def start(fault: Fault) -> Iterator[tuple[Box, FaultyImap]]:
        account = dovecot.user()
        dovecot.deliver_many(account, mails.generate(7))
        dovecot.create_folder(account, "Archive/2024")
        with FaultyImap(dovecot.port, fault.trouble) as server:
            where = Server(host=server.host, port=server.port, encryption=fault.encryption)
            yield office.mailbox_at(where, account, folders=fault.folders), server
            assert server.mistakes == []

    return start


def red(steps: tuple[Step, ...]) -> Step:
    """The last one, which is the only red one."""
    assert [step.ok for step in steps] == [True] * (len(steps) - 1) + [False]
    return steps[-1]


def ladder(office: Office, box: Box) -> tuple[Step, ...]:
    return tuple(map(Step.from_json, office.row(box).ladder or ()))


@pytest.mark.parametrize("name", FAULTS)
def test_a_test_says_what_the_sync_says(office: Office, at_fault, impatient, name: str):
    fault = FAULTS[name]
    with at_fault(fault) as (box, _):
        check = run_check(office.deps, box.id, actor=ADMIN)
        report = office.sync(box)

    assert (said(check.finding), said(report.finding)) == ((fault.code, fault.phase),) * 2
    of_sync = red(ladder(office, box))
    assert of_sync.phase == fault.phase
    of_check = red(check.steps)
    assert of_check.phase == ("folders" if fault.phase == "fetch" else fault.phase)
    assert untimed(of_sync.detail) == untimed(of_check.detail) != ""


def untimed(detail: str) -> str:
    """Without the seconds that Dovecot says it took: `(0.001 + 0.000 secs)`."""
    return re.sub(r" \([\d.]+(?: \+ [\d.]+)* secs\)", "", detail)


def said(finding: Finding | None) -> tuple[str, str] | None:
    return (finding.code, finding.phase.value) if finding else None


def test_a_port_on_which_nobody_listens(office: Office):
    box = office.mailbox_at(Server(host="127.0.0.1", port=free_port(), encryption=Encryption.NONE))

    check, report = run_check(office.deps, box.id, actor=ADMIN), office.sync(box)

    assert said(check.finding) == said(report.finding) == ("tcp.refused", "tcp")
    assert red(ladder(office, box)).phase == "tcp"


def test_before_the_first_rung_the_ladder_is_the_reason(office: Office):
    anna = office.person("anna@example.org")
    box = Box(anna.mailbox_id or 0, anna, Account(anna.email, ""))

    check, report = run_check(office.deps, box.id, actor=ADMIN), office.sync(box)

    assert said(check.finding) == said(report.finding) == ("dns.host_not_found", "local")
    assert check.steps == ()
    assert [step.phase for step in ladder(office, box)] == ["local"]


def gives_up_at(uid: int) -> Trouble:
    """Like Dovecot over messages that it cannot read: what comes before them is given."""
    bad = b"* %d FETCH" % uid

    def before(answer: bytes) -> bytes:
        return answer[: answer.index(bad)] if bad in answer else b""

    return Trouble(at=rf"UID FETCH \S*[{uid}-7] .*BODY", does=(PassOn(before), Close()))


@pytest.mark.parametrize("first", [7, 5])
def test_a_few_bad_messages_make_neither_red(office: Office, at_fault, first: int):
    with at_fault(Fault(code="", phase="", trouble=gives_up_at(first))) as (box, _):
        check, report = run_check(office.deps, box.id, actor=ADMIN), office.sync(box)

    assert check.ok
    assert report.finding is None
    assert report.counts.quarantined == 8 - first


def test_what_a_sync_asks_first_is_asked_in_a_test_of_a_synced_mailbox(office: Office, at_fault):
    unavailable = Trouble(at="STATUS ", does=("{tag} NO [UNAVAILABLE] later",))
    with at_fault(Fault(code="", phase="")) as (box, server):
        assert office.sync(box).finding is None
        server.begin(unavailable)

        check, report = run_check(office.deps, box.id, actor=ADMIN), office.sync(box)

    assert said(check.finding) == said(report.finding) == ("server.unavailable", "folders")


def test_what_cannot_be_told_to_the_server_ends_the_ladder(office: Office, at_fault):
    change_settings(office.deps, {"sync_read_status": "yes"}, actor=ADMIN)
    refused = Trouble(at="SELECT ", does=("{tag} NO [INUSE] later",), marks=True)
    with at_fault(Fault(code="", phase="")) as (box, server):
        office.sync(box)
        mark_messages(office.deps, box.id, [stored(office, box)[0].id], seen=True, actor=ADMIN)
        server.begin(refused)

        report = office.sync(box)

    assert report.finding is not None
    assert red(ladder(office, box)).phase == report.finding.phase == "push"


def test_of_the_folder_that_failed_alone_the_ladder_is_kept(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot, folders=("INBOX", "Snet", "Sent"))

    report = office.sync(box)

    assert report.outcome is Outcome.PARTIAL
    assert red(ladder(office, box)).detail.endswith("the nearest name is “Sent”")


def test_a_green_test_of_what_is_saved_leaves_no_red_ladder(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot, password="wrong")
    office.sync(box)
    assert ladder(office, box)

    dovecot.change_password(box.account, "right")
    assert run_check(office.deps, box.id, Draft(password="right"), actor=ADMIN).ok
    assert ladder(office, box), "another password was tried"
    dovecot.change_password(box.account, "wrong")
    unchanged = Draft(texts={"sync_since_days": ""}, username="")
    assert run_check(office.deps, box.id, unchanged, actor=ADMIN).ok

    assert not ladder(office, box)


def test_many_folders_on_a_slow_server_are_no_fault(
    office: Office, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
):
    names = ("INBOX", *(f"Project{number}" for number in range(9)))
    box = office.mailbox(server=dovecot, folders=names)
    for name in names[1:]:
        dovecot.create_folder(box.account, name)
    monkeypatch.setattr(last_rung, "OPENING_LIMIT_S", 0.0)

    check = run_check(office.deps, box.id, actor=ADMIN)

    assert check.ok
    assert "1 of the 10 to sync opened, the others are listed" in check.steps[-1].detail
    assert check.first_sync is None


def test_the_folder_that_failed_is_opened_first(
    office: Office, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
):
    box = office.mailbox(server=dovecot, folders=("INBOX", "Sent", "Drafts"))
    refused = Trouble(at='EXAMINE "?Drafts', does=("{tag} NO [NOPERM] not yours",))
    monkeypatch.setattr(last_rung, "OPENING_LIMIT_S", 0.0)
    with FaultyImap(dovecot.port, refused) as server:
        where = Server(host=server.host, port=server.port, encryption=Encryption.NONE)
        office.connect(box.id, where, box.account.password, folders=("INBOX", "Sent", "Drafts"))
        report = office.sync(box)

        check = run_check(office.deps, box.id, actor=ADMIN)

    assert said(check.finding) == said(report.finding) == ("folder.no_permission", "folders")
