"""A mailbox of one's own is no way to look around in the network of the office."""

from collections.abc import Callable, Iterator

import dns.message
import pytest

from mailboxadmin.demo.name_server import NameServer
from mailboxadmin.demo.ports import refusing_port
from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.errors import InvalidInputs, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Account, Encryption, Server
from mailboxadmin.domain.people import Person
from mailboxadmin.imap.connection import Connection
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.network import Network
from mailboxadmin.imap.session import connect
from mailboxadmin.services.checking.admit import NOT_ALLOWED
from mailboxadmin.services.checking.guessing import MOST_PROBED, WITHIN, TooManyRefused
from mailboxadmin.services.mailboxes.configure import NotSaved
from mailboxadmin.services.syncing.sync import sync_mailbox
from mailboxadmin.store.tables import MailboxRow
from tests.support import states
from tests.support.configuring import save
from tests.support.dovecot import Dovecot
from tests.support.log import logged
from tests.support.office import Office

NAME = "mail.elsewhere.example"
PUBLIC, INSIDE = "9.9.9.9", "127.0.0.1"


class FickleServer(NameServer):
    """Says of one name that it is there, and the next time that it is here (DNS rebinding)."""

    def __init__(self) -> None:
        super().__init__()
        self.add(NAME, "A", PUBLIC)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        answer = super()._answer(query)
        if self.queries[-1] == (NAME, "A"):
            self.add(NAME, "A", INSIDE)
        return answer


@pytest.fixture
def fickle() -> Iterator[FickleServer]:
    with FickleServer() as server:
        yield server


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses to which a connection was tried; none is made."""
    tried: list[str] = []

    def open_(address: str, *_: object, **__: object) -> Connection:
        tried.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(Connection, "open", open_)
    return tried


@pytest.fixture
def rebound(open_office: Callable[..., Office], fickle: FickleServer) -> Office:
    return open_office(nameservers=((fickle.address, fickle.port),))


@pytest.fixture
def ann(office: Office) -> Person:
    return office.person("ann@example.org")


def answer(office: Office, person: Person, host: str, port: int = 993) -> str:
    """What somebody is told who names that server."""
    with pytest.raises(InvalidInputs) as refused:
        save(office, person, imap_host=host, imap_port=str(port), password="x", test=False)
    [fault] = refused.value.faults
    return fault.sentence


def test_the_connection_goes_to_the_address_that_was_looked_at(fickle, reached):
    server = Server(host=NAME, port=993, encryption=Encryption.SSL)
    account = Account(server=server, username="ann", password="x", guarded=True)
    network = Network(nameservers=((fickle.address, fickle.port),))

    with pytest.raises(MailFailure):
        connect(account, network=network, deadline=Deadline.after(60))

    assert reached == [PUBLIC]
    assert fickle.queries.count((NAME, "A")) == 1


def test_a_name_that_leads_inside_the_second_time_is_refused_then(rebound, fickle, reached):
    ann = rebound.person("ann@example.org")

    with pytest.raises(NotSaved) as refused:
        save(rebound, ann, imap_host=NAME, password="x")

    check = refused.value.check
    assert fickle.queries.count((NAME, "A")) == 2
    assert reached == []
    assert check.finding is not None and check.finding.code == "local.host_not_allowed"
    assert INSIDE not in repr(check) and INSIDE not in str(check.finding.as_json())


def test_the_answer_is_the_same_whatever_stands_there(office: Office, ann, dovecot: Dovecot):
    with refusing_port() as closed:
        said = {
            answer(office, ann, dovecot.host, dovecot.port),
            answer(office, ann, dovecot.host, closed),
            answer(office, ann, "10.255.255.1"),
            answer(office, ann, "169.254.169.254"),
            answer(office, ann, "fd00::1"),
        }

    assert said == {NOT_ALLOWED}


def test_nothing_is_connected_to_before_it_is_refused(office: Office, ann, reached):
    answer(office, ann, "127.0.0.1")

    assert reached == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "::ffff:127.0.0.1"])
def test_another_way_to_write_an_address_opens_nothing(office: Office, ann, host):
    assert answer(office, ann, host) == NOT_ALLOWED


def test_it_is_in_the_log_with_what_was_typed(office: Office, ann):
    answer(office, ann, "localhost", 22)

    [entry] = logged(office, Code.CHECK_FINISHED)
    assert entry.message == "Not tried: localhost on port 22 may not be named here."
    assert (entry.actor, entry.level) == ("ann@example.org", Level.WARNING)
    assert INSIDE not in str(entry.detail)


def test_after_twenty_such_servers_one_waits(office: Office, ann):
    for number in range(MOST_PROBED - 1):
        answer(office, ann, f"10.0.0.{number}")
    states.log(
        office,
        Code.CHECK_FINISHED,
        "Tested.",
        mailbox_id=ann.mailbox_id,
        level=Level.WARNING,
        actor=ann.email,
        code="dns.host_not_found",
    )

    with pytest.raises(TooManyRefused) as pause:
        save(office, ann, imap_host="10.0.0.99", password="x", test=False)

    assert str(pause.value) == "20 servers that are none were tried within an hour."
    assert pause.value.again_at == office.clock.now() + WITHIN
    office.clock.advance(hours=1, seconds=1)
    assert answer(office, ann, "10.0.0.100") == NOT_ALLOWED


def test_nobody_else_waits_with_them(office: Office, ann):
    ben = office.person("ben@example.org")
    for number in range(MOST_PROBED):
        answer(office, ann, f"10.0.0.{number}")

    assert answer(office, ben, "10.0.0.1") == NOT_ALLOWED
    save(office, ann, imap_host="10.0.0.1", password="x", set_by="operator", test=False)


def test_a_step_of_the_ladder_says_no_more_than_the_form(rebound, reached):
    """The name leads inside when it was saved already, and a run finds that out."""
    ann = rebound.person("ann@example.org")
    save(rebound, ann, imap_host=NAME, password="x", test=False)
    assert ann.mailbox_id is not None

    report = sync_mailbox(rebound.deps, ann.mailbox_id, actor=ann.email)

    assert report.finding is not None and report.finding.code == "local.host_not_allowed"
    with rebound.deps.store.read() as db:
        ladder = db.get_one(MailboxRow, ann.mailbox_id).ladder
    assert ladder is not None and ladder[0]["phase"] == Phase.DNS
    assert INSIDE not in str(ladder)
    assert reached == []
