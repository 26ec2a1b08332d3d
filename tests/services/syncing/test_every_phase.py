"""At every phase of a run: its deadline ends it, and so does a person, from any process."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from mailboxadmin.demo.name_server import NameServer
from mailboxadmin.demo.ports import LOOPBACK, unanswering_port
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.run import Outcome, SyncReport
from mailboxadmin.imap.guard import GUARD
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.reading.messages import mark_messages
from mailboxadmin.services.syncing.sync import start_sync
from mailboxadmin.services.work.runs import cancel_run, current_run
from mailboxadmin.store.runs import request_cancel
from tests.support import mails
from tests.support.bad_line import BadLine, Badness
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.stored import codes, entries, stored
from tests.support.waiting import wait_for

#: What the client asks for when its server goes bad; none: it was not asked anything yet.
PHASES = {
    "greeting": None,
    "capability": "CAPABILITY",
    "login": "(LOGIN|AUTHENTICATE)",
    "list": "LIST",
    "select": "(SELECT|EXAMINE)",
    "search": "UID SEARCH",
    "fetch": "UID FETCH .*BODY",
    "store": "UID STORE",
    "logout": "LOGOUT",
}
PATIENCE_S = 60.0
#: For what takes two seconds on a machine that does nothing else.
CEILING_S = 20.0

every_phase = pytest.mark.parametrize("phase", PHASES)


class Stuck:
    """A mailbox with something to sync and to send, and the line that goes bad on the way."""

    def __init__(self, office: Office, box: Box, line: BadLine) -> None:
        self.office = office
        self.box = box
        self.line = line
        self.reports: list[SyncReport] = []
        self._run = threading.Thread(target=self._sync)

    def _sync(self) -> None:
        self.reports.append(self.office.sync(self.box))

    def begin(self) -> int:
        """Sync until the line has gone bad; the run."""
        self._run.start()
        assert self.line.gone_bad.wait(PATIENCE_S), "the phase never came"
        run_id = current_run(self.office.deps, self.box.id)
        assert run_id is not None
        return run_id

    def ended(self) -> SyncReport:
        """Its report, though the server never said another word; not waited for without end."""
        self._run.join(CEILING_S)
        assert self.reports, "the run still goes on"
        return self.reports[0]


@pytest.fixture
def stuck(office: Office, dovecot: Dovecot) -> Iterator[Callable[[str, Badness], Stuck]]:
    with ExitStack() as lines:

        def start(phase: str, badness: Badness) -> Stuck:
            after = 0 if phase == "greeting" else None
            line = BadLine(dovecot.port, after=after, at=PHASES[phase], then=badness)
            lines.enter_context(line)
            box = office.mailbox(server=dovecot)
            dovecot.deliver(box.account, mails.message(1))
            if phase == "store":
                something_to_send(office, box)
            dovecot.deliver(box.account, mails.message(2))
            where = Server(host=line.host, port=line.port, encryption=Encryption.NONE)
            office.connect(box.id, where, box.account.password)
            return Stuck(office, box, line)

        yield start
        office.deps.running.stop_all()


def something_to_send(office: Office, box: Box) -> None:
    change_settings(office.deps, {"sync_read_status": "yes"}, actor="test")
    office.sync(box)
    [message] = stored(office, box)
    mark_messages(office.deps, box.id, [message.id], seen=True, actor=COMMAND_LINE)


@every_phase
@pytest.mark.parametrize("badness", [Badness.HANG, Badness.DRIP], ids=["hangs", "drips"])
def test_a_run_ends_by_its_deadline(
    office: Office, stuck, short_run: Callable[[int], None], phase: str, badness: Badness
):
    run = stuck(phase, badness)
    short_run(2)

    run.begin()
    report = run.ended()

    # At LOGOUT all was done.
    good = phase == "logout"
    assert report.outcome in ([Outcome.OK] if good else [Outcome.FAILED, Outcome.PARTIAL])
    assert run.line.hung_up.wait(CEILING_S)
    assert current_run(office.deps, run.box.id) is None


@pytest.fixture(params=["here", "elsewhere"])
def asker(
    request: pytest.FixtureRequest, office: Office, open_office: Callable[..., Office]
) -> Office:
    """Where a person asks a run to stop: in its process, or in one that shares the database."""
    return office if request.param == "here" else open_office(clock=office.clock)


@every_phase
def test_a_stop_takes_effect(office: Office, asker: Office, stuck, phase: str):
    run = stuck(phase, Badness.HANG)
    run_id = run.begin()

    cancel_run(asker.deps, run_id, actor="grace@example.org")
    report = run.ended()

    assert run.line.hung_up.wait(CEILING_S)
    assert current_run(office.deps, run.box.id) is None
    if phase == "logout":
        assert report.outcome is Outcome.OK, "all was done"
    else:
        assert report.outcome is Outcome.CANCELLED
        assert entries(office, run.box, "sync.cancelled")[0].actor == "grace@example.org"


def test_a_stop_takes_effect_while_nobody_answers_the_connection(
    office: Office, asker: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("mailboxadmin.imap.climb.RUNG_LIMIT_S", 10 * PATIENCE_S)
    with unanswering_port() as port:
        box = office.mailbox_at(Server(host=LOOPBACK, port=port, encryption=Encryption.NONE))
        run_id = start_sync(office.deps, box.id, actor=COMMAND_LINE)
        wait_for(lambda: bool(GUARD.watches))

        cancel_run(asker.deps, run_id, actor="grace@example.org")

        wait_for(lambda: current_run(office.deps, box.id) is None)
    [entry] = entries(office, box, "sync")
    assert (entry.code, entry.actor) == ("sync.cancelled", "grace@example.org")


def test_a_stop_takes_effect_while_the_resolver_says_nothing(
    open_office: Callable[..., Office], dns_stub: NameServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("mailboxadmin.imap.network.DNS_LIMIT_S", 10 * PATIENCE_S)
    dns_stub.silent("imap.example.org")
    office = open_office(nameservers=((dns_stub.address, dns_stub.port),))
    box = office.mailbox_at(Server(host="imap.example.org", port=993, encryption=Encryption.SSL))
    run_id = start_sync(office.deps, box.id, actor=COMMAND_LINE)
    wait_for(lambda: any(name == "imap.example.org" for name, _ in dns_stub.queries))

    cancel_run(office.deps, run_id, actor="grace@example.org")

    wait_for(lambda: current_run(office.deps, box.id) is None)
    assert codes(office, box, "sync") == ["sync.cancelled"]


def test_a_run_that_waits_for_a_worker_is_stopped_without_one(office: Office, dovecot: Dovecot):
    change_settings(office.deps, {"parallel_syncs": "1"}, actor="test")
    box = office.mailbox(server=dovecot)
    gate = threading.Event()
    office.deps.pool.submit(lambda: gate.wait(PATIENCE_S))
    run_id = start_sync(office.deps, box.id, actor=COMMAND_LINE)

    cancel_run(office.deps, run_id, actor=COMMAND_LINE)

    wait_for(lambda: current_run(office.deps, box.id) is None)
    assert not gate.is_set()
    assert codes(office, box, "sync") == ["sync.cancelled"]
    gate.set()


def test_a_run_that_waits_for_the_writer_lets_go_of_its_server_at_once(
    office: Office, dovecot: Dovecot, stuck
):
    run = stuck("logout", Badness.HANG)
    gate = threading.Event()
    change_settings(office.deps, {"parallel_syncs": "1"}, actor="test")
    office.deps.pool.submit(lambda: gate.wait(PATIENCE_S))
    run_id = start_sync(office.deps, run.box.id, actor=COMMAND_LINE)

    with office.deps.store.write():
        gate.set()
        wait_for(lambda: dovecot.connections(run.box.account) == 1)
        # As far as it comes without writing.
        time.sleep(1)
        office.deps.running.stop(run_id, by="grace@example.org")
        assert run.line.hung_up.wait(CEILING_S)
        assert current_run(office.deps, run.box.id) == run_id, "its end cannot be told yet"

    wait_for(lambda: current_run(office.deps, run.box.id) is None)
    assert codes(office, run.box, "sync") == ["sync.cancelled"]
    assert stored(office, run.box) == []


def test_a_stop_is_heard_while_another_process_holds_the_database(
    office: Office, open_office: Callable[..., Office], stuck, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("mailboxadmin.services.work.keeper.RENEW_EVERY_S", 0.01)
    run = stuck("fetch", Badness.HANG)
    run_id = run.begin()
    elsewhere = open_office(clock=office.clock).deps.store

    with elsewhere.write() as db:
        request_cancel(db, run_id, by="grace@example.org")
    with elsewhere.write():
        assert run.line.hung_up.wait(CEILING_S)
        assert not run.reports, "its end cannot be told yet"

    assert run.ended().outcome is Outcome.CANCELLED
