"""What one bad mailbox costs the others, and how soon a run ends that is stopped.

    python -m bench.bad_mailbox

Twenty mailboxes on a Dovecot, and one behind a line that goes bad, whose turn is first: the time
until the twenty are through, against the same without the bad one. The bad one hangs from the
first byte on, or in the middle of a message, or it drips a byte a second: the worst of these is
told. Or it floods us with lines that are true IMAP and answer nothing, which is told apart,
because it takes what no number of threads can give: the processor.
"""

import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from bench.figures import Figure, line
from bench.letters import mailbox, realistic, small
from bench.scale import FULL, Scale
from bench.turns import medians
from mailboxadmin.cli.opening import deps_of
from mailboxadmin.config import Config
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.people import Role
from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.mailboxes.configure import configure_mailbox
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.services.staff.people import add_person
from mailboxadmin.services.syncing.rounds import sync_many
from mailboxadmin.services.syncing.sync import sync_mailbox
from mailboxadmin.services.work.runs import cancel_run, current_run
from tests.support.bad_line import BadLine, Badness
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account

OTHERS, LETTERS = 20, 100
#: `parallel_syncs`.
WORKERS = (1, 2, 8)
GOAL, STOP_GOAL_S = 1.1, 2.0
WHAT = ("first sync", "nothing new")
WITHOUT, FLOODS = "without it", "floods us"
#: After so many bytes of what the server says, the line is bad like this.
BAD = {
    "hangs at once": (0, Badness.HANG),
    "hangs in a message": (20_000, Badness.HANG),
    "drips": (20_000, Badness.DRIP),
    FLOODS: (1_000, Badness.FLOOD),
}
#: Of these, only the worst is told.
QUIET = tuple(name for name in BAD if name != FLOODS)
#: Where a run is when it is stopped, by what its client asks for.
STOPPED_AT = ("CAPABILITY", "LOGIN", "LIST", "EXAMINE", "UID FETCH .*BODY")


def figures(scale: Scale) -> Iterator[Figure]:
    """The delay with few workers and with many, and the slowest stop."""
    with Dovecot() as server:
        accounts = [mailbox(server, realistic(scale.of(LETTERS))) for _ in range(OTHERS)]
        bad = mailbox(server, realistic(40))
        for workers in WORKERS:
            yield from delays(server, accounts, bad, workers, scale)
        yield stop(server, scale)


def delays(
    server: Dovecot, accounts: Sequence[Account], bad: Account, workers: int, scale: Scale
) -> Iterator[Figure]:
    """For one number of workers: first syncs, and looks for changes when nothing is new."""
    measures = [partial(measured, server, accounts, bad, workers, name) for name in (WITHOUT, *BAD)]
    seconds = medians(scale.rounds, measures)
    for what in WHAT:
        worst = max(QUIET, key=lambda name: seconds[f"{what}, {name}"])
        for name in (worst, FLOODS):
            took, without = seconds[f"{what}, {name}"], seconds[f"{what}, {WITHOUT}"]
            yield Figure(
                what=f"{OTHERS} mailboxes, {what}, {workers} at a time, while one more {name}",
                goal=GOAL,
                value=took / without,
                basis=f"{took:.3f} s, without it {without:.3f} s",
            )


def measured(
    server: Dovecot, accounts: Sequence[Account], bad: Account, workers: int, name: str
) -> Mapping[str, float]:
    """Seconds until the others are through, on an instance of its own."""
    with ExitStack() as opened:
        office = opened.enter_context(an_office(workers))
        others = [add(office, server.host, server.port, account) for account in accounts]
        if name == WITHOUT:
            first: list[str] = []
        else:
            after, then = BAD[name]
            bad_line = opened.enter_context(BadLine(server.port, after=after, then=then))
            first = [add(office, bad_line.host, bad_line.port, bad)]
        return {f"{what}, {name}": until_through(office, first, others) for what in WHAT}


def until_through(office: Deps, first: Sequence[str], others: Sequence[str]) -> float:
    """Seconds until these others are synced; then the first is stopped."""
    waited_for = set(others)
    began = time.perf_counter()
    reports = sync_many(office, [*first, *others], due=False, actor=COMMAND_LINE)
    while waited_for:
        report = next(reports)
        if report.mailbox in waited_for and report.outcome is not Outcome.OK:
            raise RuntimeError(f"a run that fails measures nothing: {report.as_json()}")
        waited_for.discard(report.mailbox)
    seconds = time.perf_counter() - began
    office.running.stop_all()
    for _ in reports:
        pass
    return seconds


@contextmanager
def an_office(workers: int) -> Iterator[Deps]:
    with tempfile.TemporaryDirectory() as folder:
        office = opened(Path(folder))
        change_settings(office, {"parallel_syncs": str(workers)}, actor=COMMAND_LINE)
        try:
            yield office
        finally:
            office.pool.close(timeout_s=60)
            office.store.engine.dispose()


def opened(folder: Path) -> Deps:
    """Mailbox Admin on that folder, as one more process would have it."""
    url = f"sqlite:///{folder / 'mailboxadmin.db'}"
    return deps_of(Config(instance=folder, database_url=url, scheduler=False))


def add(office: Deps, host: str, port: int, account: Account) -> str:
    """A mailbox, not yet synced; its address."""
    person = add_person(
        office, email=account.name, name="Staff", role=Role.STAFF, actor=COMMAND_LINE
    )
    assert person.mailbox_id is not None
    texts = {"imap_host": host, "imap_port": str(port), "imap_encryption": "none"}
    configure_mailbox(
        office,
        person.mailbox_id,
        Draft(texts=texts, username="", password=account.password),
        actor=COMMAND_LINE,
        set_by="operator",
        test=False,
    )
    return account.name


def stop(server: Dovecot, scale: Scale) -> Figure:
    """The longest time from a stop, asked in another process, to the end of the run."""
    account = mailbox(server, small(10))
    measures = [partial(stopped, server, account, where) for where in STOPPED_AT]
    seconds = medians(scale.rounds, measures)
    slowest = max(seconds, key=lambda where: seconds[where])
    return Figure(
        what="from a stop, asked in another process, to the end of the run",
        goal=STOP_GOAL_S,
        value=seconds[slowest],
        unit="s",
        basis=f"the slowest of {len(seconds)} phases, {slowest}",
    )


def stopped(server: Dovecot, account: Account, where: str) -> Mapping[str, float]:
    """Seconds, for a run whose server hangs there."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as lines:
        office, elsewhere = opened(Path(folder)), opened(Path(folder))
        bad_line = lines.enter_context(BadLine(server.port, at=where, then=Badness.HANG))
        add(office, bad_line.host, bad_line.port, account)
        run = threading.Thread(
            target=lambda: sync_mailbox(office, 1, actor=COMMAND_LINE), daemon=True
        )
        run.start()
        bad_line.gone_bad.wait()
        run_id = current_run(elsewhere, 1)
        assert run_id is not None
        began = time.perf_counter()
        cancel_run(elsewhere, run_id, actor=COMMAND_LINE)
        run.join()
        return {where: time.perf_counter() - began}


def main() -> None:
    for figure in figures(FULL):
        print(line(figure), flush=True)


if __name__ == "__main__":
    main()
