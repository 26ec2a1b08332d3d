"""A process that dies in its first sync: the next run ends where an undisturbed one would have."""

import random
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.work.runs import current_run
from mailboxadmin.store.tables_mail import MessageRow
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.dump import Dump, differences, dump_of, miscounted
from tests.support.odd_mails import odd
from tests.support.office import Box, Office
from tests.support.slow_line import SlowLine
from tests.support.stored import codes
from tests.support.sync_process import go, report_of, sync_process

PATIENCE_S = 60.0
SEED = 20260302
FOLDERS = ("INBOX", "Archive")


@dataclass(frozen=True)
class Scene:
    """A mailbox that was never synced, and what an undisturbed sync makes of it."""

    untouched: Path
    box: Box
    expected: Dump
    seconds: float


@pytest.fixture
def scene(
    open_office: Callable[..., Office], instance: Path, tmp_path: Path, dovecot: Dovecot
) -> Scene:
    office = open_office()
    box = office.mailbox(server=dovecot, folders=FOLDERS)
    dovecot.deliver_many(box.account, mails.generate(400))
    dovecot.deliver_many(box.account, odd().values(), "Archive")
    office.deps.store.engine.dispose()
    untouched = shutil.copytree(instance, tmp_path / "untouched")
    report = office.sync(box)
    assert report.outcome is Outcome.OK
    return Scene(untouched, box, dump_of(office), report.seconds)


def killed_and_run_again(
    scene: Scene, moments_s: list[float], folder: Path, open_office: Callable[..., Office]
) -> Office:
    """An office whose first sync was killed after each of these times, and then left to end."""
    shutil.copytree(scene.untouched, folder)
    for moment_s in moments_s:
        with sync_process(folder, scene.box.id) as process:
            go(process)
            time.sleep(moment_s)
            process.send_signal(signal.SIGKILL)
    office = open_office(folder=folder)
    assert office.sync(scene.box).outcome is Outcome.OK
    return office


def check_kills(
    scene: Scene, count: int, tmp_path: Path, open_office: Callable[..., Office]
) -> None:
    rng = random.Random(SEED)
    for number in range(count):
        # A process that syncs for the first time is slower than the reference was.
        moments_s = [rng.uniform(0, scene.seconds * 1.5) for _ in range(1 + number % 2)]
        folder = tmp_path / f"killed-{number}"
        office = killed_and_run_again(scene, moments_s, folder, open_office)

        found = differences(dump_of(office), scene.expected)
        assert not found, (f"killed after {moments_s} s", found)
        assert current_run(office.deps, scene.box.id) is None


def test_a_killed_sync_ends_like_an_undisturbed_one(
    scene: Scene, tmp_path: Path, open_office: Callable[..., Office]
):
    check_kills(scene, 8, tmp_path, open_office)


@pytest.mark.soak
def test_many_killed_syncs_end_like_an_undisturbed_one(
    scene: Scene, tmp_path: Path, open_office: Callable[..., Office]
):
    check_kills(scene, 100, tmp_path, open_office)


def test_a_killed_sync_is_told_in_the_log_and_what_it_stored_is_not_fetched_again(
    scene: Scene, dovecot: Dovecot, tmp_path: Path, open_office: Callable[..., Office]
):
    folder = shutil.copytree(scene.untouched, tmp_path / "told")
    office = open_office(folder=folder)
    with SlowLine(dovecot.port) as line:
        # So that it is still on its way when it is killed, however slow that is.
        inbox = [raw for name, *_, raw in scene.expected["messages"] if name == "INBOX"]
        line.hold_after(sum(map(len, inbox)) * 3 // 4)
        through = Server(host=line.host, port=line.port, encryption=Encryption.NONE)
        office.connect(scene.box.id, through, scene.box.account.password, folders=FOLDERS)
        with sync_process(folder, scene.box.id) as process:
            go(process)
            wait_for_the_first(office)
            process.kill()
            process.wait()
        kept = stored_count(office)
        with office.deps.store.read() as db:
            assert miscounted(db) == []
        line.let_go()

        with sync_process(folder, scene.box.id) as process:
            go(process)
            report = report_of(process)

    assert 0 < kept < len(scene.expected["messages"])
    assert report["new"] == len(scene.expected["messages"]) - kept
    assert codes(office, scene.box, "sync") == ["sync.interrupted", "sync.finished"]


def wait_for_the_first(office: Office) -> None:
    end = time.monotonic() + PATIENCE_S
    while stored_count(office) == 0:
        assert time.monotonic() < end
        time.sleep(0.005)


def stored_count(office: Office) -> int:
    with office.deps.store.read() as db:
        return db.scalar(select(func.count(MessageRow.id))) or 0
