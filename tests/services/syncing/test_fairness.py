"""One mailbox whose server hangs, drips or talks nonsense does not hold up the others.

The proof is the order of events: with few workers, and the bad one begun first, all the others
are through while the bad one still holds its run.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.run import Outcome, SyncReport
from mailboxadmin.imap import climb, flow, session, wire
from mailboxadmin.jobs.sync_due import SyncDue
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.syncing.rounds import sync_many
from mailboxadmin.services.work.runs import current_run
from tests.support import mails
from tests.support.bad_line import BadLine, Badness
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office

PATIENCE_S = 60.0
OTHERS = 20
#: With the connection, after the greeting, after the sign-in, in the middle of a message.
AT_ONCE, GREETED, SIGNED_IN, IN_A_MESSAGE = 0, 200, 1_000, 50_000
LARGE = b"Subject: large\r\n\r\n" + b"A line of forty bytes, again and again.\r\n" * 20_000


@pytest.fixture
def bad_box(office: Office, dovecot: Dovecot) -> Iterator[Callable[..., Box]]:
    """A mailbox with a large message behind a line that goes bad; its turn is first."""
    with ExitStack() as lines:

        def start(after: int, then: Badness) -> Box:
            line = lines.enter_context(BadLine(dovecot.port, after=after, then=then))
            where = Server(host=line.host, port=line.port, encryption=Encryption.NONE)
            account = dovecot.user(f"aaron-{line.port}@example.org")
            dovecot.deliver(account, LARGE)
            return office.mailbox_at(where, account)

        yield start
        office.deps.running.stop_all()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bad one is given up by nobody, however slow the machine is."""
    monkeypatch.setattr(climb, "RUNG_LIMIT_S", 250.0)
    monkeypatch.setattr(session, "RUNG_LIMIT_S", 250.0)
    monkeypatch.setattr(session, "COMMAND_LIMIT_S", 250.0)


@pytest.fixture
def others(office: Office, dovecot: Dovecot) -> Callable[[], list[Box]]:
    def make() -> list[Box]:
        office.clock.advance(seconds=1)  # Their turn comes after that of the bad one.
        boxes = [office.mailbox(server=dovecot) for _ in range(OTHERS)]
        for box in boxes:
            dovecot.deliver(box.account, mails.message(1))
        return boxes

    return make


def parallel(office: Office, count: int) -> None:
    change_settings(office.deps, {"parallel_syncs": str(count)}, actor="test")


@pytest.mark.parametrize("workers", [1, 2, 8])
@pytest.mark.parametrize(
    ("after", "then"),
    [
        pytest.param(AT_ONCE, Badness.HANG, id="hangs-after-connect"),
        pytest.param(IN_A_MESSAGE, Badness.HANG, id="hangs-in-a-message"),
        pytest.param(GREETED, Badness.DRIP, id="drips-at-sign-in"),
        pytest.param(IN_A_MESSAGE, Badness.DRIP, id="drips-in-a-message"),
    ],
)
def test_all_others_are_synced_while_the_bad_one_still_hangs(
    office: Office, bad_box, others, workers: int, after: int, then: Badness
):
    parallel(office, workers)
    bad, good = bad_box(after, then), others()

    reports = sync_many(office.deps, None, due=False, actor=COMMAND_LINE)
    first = [next(reports) for _ in good]
    held = current_run(office.deps, bad.id)
    office.deps.running.stop_all()
    [last] = reports

    assert held is not None
    assert told(first) == {box.account.name: Outcome.OK for box in good}
    assert (last.mailbox, last.outcome) == (bad.account.name, Outcome.CANCELLED)


def told(reports: list[SyncReport]) -> dict[str, Outcome]:
    return {report.mailbox: report.outcome for report in reports}


@pytest.mark.parametrize("after", [AT_ONCE, GREETED, IN_A_MESSAGE])
def test_garbage_ends_the_run_of_its_mailbox_only(office: Office, bad_box, others, after: int):
    parallel(office, 1)
    bad, good = bad_box(after, Badness.GARBAGE), others()

    reports = told(list(sync_many(office.deps, None, due=False, actor=COMMAND_LINE)))

    assert reports.pop(bad.account.name) in (Outcome.FAILED, Outcome.PARTIAL)
    assert reports == {box.account.name: Outcome.OK for box in good}


def test_an_answer_without_end_holds_up_nobody(
    office: Office, bad_box, others, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(flow, "LONGEST_ANSWER_S", 0.5)
    monkeypatch.setattr(wire, "MOST_LINES", 10**9)
    parallel(office, 1)
    bad, good = bad_box(SIGNED_IN, Badness.FLOOD), others()

    reports = sync_many(office.deps, None, due=False, actor=COMMAND_LINE)
    first = [next(reports) for _ in good]
    held = current_run(office.deps, bad.id)
    office.deps.running.stop_all()
    [last] = reports

    assert held is not None
    assert told(first) == {box.account.name: Outcome.OK for box in good}
    assert last.outcome is Outcome.CANCELLED


def test_lines_without_end_do_not_fill_the_memory(
    office: Office, bad_box, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(wire, "MOST_LINES", 1_000)
    bad = bad_box(SIGNED_IN, Badness.FLOOD)

    report = office.sync(bad)

    assert report.outcome is Outcome.FAILED
    assert report.finding is not None
    assert (report.finding.code, report.finding.temporary) == ("server.protocol_error", True)


def test_the_schedulers_runs_are_as_fair(office: Office, bad_box, others):
    parallel(office, 1)
    bad, good = bad_box(IN_A_MESSAGE, Badness.HANG), others()

    handed_out = SyncDue(office.deps).run()
    end = time.monotonic() + PATIENCE_S
    while any(office.row(box).last_success_at is None for box in good):
        assert time.monotonic() < end
        time.sleep(0.05)

    assert handed_out == OTHERS + 1
    assert current_run(office.deps, bad.id) is not None
