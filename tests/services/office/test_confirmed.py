"""What was said to be saved is saved: killed, ended or without room in the middle."""

import random
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.services.office.settings import read_settings
from mailboxadmin.services.overview.activity import Filter, iter_entries
from mailboxadmin.store.secrets import all_passwords
from tests.support.confirming_process import ACTOR, confirming_process
from tests.support.office import Office

SEED = 20260302
SOMEWHERE = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)
#: What a process gets into the log of the database before it is full.
ROOM_BYTES = 600 * 1024


@pytest.fixture
def prepared(open_office: Callable[..., Office], instance: Path) -> Path:
    """An office with one mailbox that has a password, and nobody who has it open."""
    office = open_office()
    anna = office.person("anna@example.org")
    office.connect(anna.mailbox_id, SOMEWHERE, "secret 0")
    office.deps.store.engine.dispose()
    return instance


def broken_off(instance: Path, after: int, number: int) -> int:
    """End such a process after so many were confirmed; the last one that it confirmed."""
    with confirming_process(instance) as process:
        assert process.stdout is not None
        for _ in range(after):
            assert process.stdout.readline()
        process.send_signal(number)
        rest = process.stdout.read().split()
    return max(map(int, rest), default=after)


def look(office: Office, last: int) -> None:
    """All that was confirmed is there, and at most one step more."""
    with closing(sqlite3.connect(office.deps.instance / "mailboxadmin.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    views = {view.setting.key: view.in_force for view in read_settings(office.deps)}
    assert views["help_contact"] in (f"room {last}", f"room {last + 1}")
    with office.deps.store.read() as db:
        [(sealed, _)] = all_passwords(db).values()
    assert office.deps.vault.open(sealed) in (f"secret {last}", f"secret {last + 1}")
    entries = [each for each in iter_entries(office.deps, Filter()) if each.actor == ACTOR]
    for code in ("settings.changed", "mailbox.configured"):
        assert sum(each.code == code for each in entries) in (last, last + 1)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_process_that_is_ended_loses_nothing_that_it_confirmed(
    prepared: Path, open_office: Callable[..., Office], number: int
):
    last = broken_off(prepared, random.Random(SEED + number).randint(1, 15), number)

    look(open_office(), last)


@pytest.mark.soak
def test_sixty_processes_that_are_killed_at_random_lose_nothing(
    prepared: Path, open_office: Callable[..., Office], instance_copy: Callable[[], Path]
):
    chance = random.Random(SEED)

    for _ in range(60):
        folder = instance_copy()
        for file in prepared.iterdir():
            if file.is_file():
                (folder / file.name).write_bytes(file.read_bytes())
        last = broken_off(folder, chance.randint(1, 60), signal.SIGKILL)
        office = open_office(folder=folder)
        look(office, last)
        office.deps.store.engine.dispose()


def test_a_disk_that_fills_meanwhile_loses_nothing_and_is_said(
    prepared: Path, open_office: Callable[..., Office]
):
    size = (prepared / "mailboxadmin.db").stat().st_size
    # The log of the database is a file of its own, and smaller than that.
    with sqlite3.connect(prepared / "mailboxadmin.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    with confirming_process(prepared, room=ROOM_BYTES) as process:
        assert process.stdout is not None
        *confirmed, refused = process.stdout.read().splitlines()

    assert size > ROOM_BYTES
    assert refused.startswith("refused: There is no room on the disk")
    assert confirmed
    look(open_office(), int(confirmed[-1]))
