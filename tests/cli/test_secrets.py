"""`mailboxadmin secrets rotate`: every secret sealed anew, and the old key opens nothing."""

import os
import re
import signal
import stat
import subprocess
import sys
import threading

import pytest
from cryptography.fernet import Fernet, InvalidToken

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.oauth import TokenSet
from mailboxadmin.services.machine.file_lock import FileLock
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.sign_in.token_outcome import keep_tokens
from mailboxadmin.services.staff.sessions import session_person, sign_in
from mailboxadmin.store import key_file
from mailboxadmin.store.key_file import read_keys
from mailboxadmin.store.secrets import all_secret_rows, put_password
from mailboxadmin.store.vault import Vault
from tests.support.office import DESK, PASSWORD
from tests.support.waiting import wait_for

SEALED = re.compile(rb"gAAAAA[A-Za-z0-9_-]{60,}={0,2}")
#: Of the office and of a mailbox, one of each kind.
WORDS = {
    "password": "app-password-0",
    "access_token": "access-1",
    "refresh_token": "refresh-2",
    "smtp_password": "smtp-3",
    "webhook_secret": "webhook-4-long-enough",
    "gmail_client_secret": "client-5",
}


@pytest.fixture
def filled(office):
    """An office that keeps a secret of each kind; a server, as far as the command knows."""
    anna = office.person("anna@example.org").mailbox_id
    now = office.clock.now()
    with office.deps.store.write() as db:
        put_password(db, anna, office.deps.vault.seal(WORDS["password"]), "h:993/ssl", now)
        tokens = TokenSet(
            access_token=WORDS["access_token"],
            refresh_token=WORDS["refresh_token"],
            expires_at=now,
            scopes=frozenset(),
        )
        keep_tokens(db, office.deps, anna, tokens, now)
    texts = {key: WORDS[key] for key in WORDS if key.startswith(("smtp", "webhook", "gmail"))}
    change_settings(office.deps, {"smtp_host": "mail.example.org", **texts}, actor=COMMAND_LINE)
    return office


@pytest.fixture
def file(office):
    return office.deps.instance / "secret.key"


@pytest.fixture
def here(cli, office, monkeypatch):
    """Run a command as the machine's operator does, beside the office."""
    monkeypatch.setenv("MAILBOXADMIN_INSTANCE", str(office.deps.instance))
    return cli


def opened(office, vault) -> dict[str, str]:
    with office.deps.store.read() as db:
        return {row.name: vault.open(row.sealed) for row in all_secret_rows(db)}


def in_the_files(office) -> list[bytes]:
    """Everything that looks sealed, wherever it lies in the database's files."""
    files = sorted(office.deps.instance.glob("mailboxadmin.db*"))
    return [each for file in files for each in SEALED.findall(file.read_bytes())]


def opens(key: str, sealed: bytes) -> bool:
    try:
        Fernet(key).decrypt(sealed)
    except InvalidToken:
        return False
    return True


def test_all_is_sealed_with_a_new_key_and_the_old_one_opens_nothing(here, filled, file):
    [old] = read_keys(file)
    before = [each for each in in_the_files(filled) if opens(old, each)]

    done = here("secrets", "rotate")

    [new] = read_keys(file)
    assert (done.status, new != old) == (0, True)
    assert opened(filled, Vault([new])) == WORDS
    assert len(before) >= len(WORDS)
    assert [each for each in in_the_files(filled) if opens(old, each)] == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "Sealed anew: 6 stored secrets" in done.out
    assert "make a new backup now" in done.complaint
    for word in (*WORDS.values(), new, old):
        assert word not in done.out + done.err


def test_a_server_that_runs_goes_on_with_the_new_key(here, filled, file):
    here("secrets", "rotate")

    assert opened(filled, filled.deps.vault) == WORDS
    assert opens(read_keys(file)[0], filled.deps.vault.seal("word"))


def test_it_is_logged_without_a_key(here, filled):
    here("secrets", "rotate")

    [entry] = here("activity", "--code", "secrets", "--json").objects
    assert (entry["code"], entry["level"]) == ("secrets.rotated", "info")
    assert entry["detail"] == {"sealed": 6, "unreadable": 0, "new_key": True}


def test_everybody_signs_in_again(here, filled):
    filled.admin()
    token = sign_in(filled.deps, "grace@example.org", PASSWORD, browser=DESK)

    here("secrets", "rotate")

    assert session_person(filled.deps, token) is None


def test_a_secret_that_no_key_opens_stays_and_is_said(here, filled, file):
    anna, lost = 1, Vault([Fernet.generate_key().decode()]).seal("lost")
    with filled.deps.store.write() as db:
        put_password(db, anna, lost, "h:993/ssl", filled.clock.now())

    done = here("secrets", "rotate")

    assert done.status == 1
    assert "1 secret could not be opened with any key, and must be entered again" in done.err
    with filled.deps.store.read() as db:
        sealed = {row.name: row.sealed for row in all_secret_rows(db)}
    assert sealed["password"] == lost
    assert Vault(read_keys(file)).open(sealed["smtp_password"]) == WORDS["smtp_password"]


def test_what_is_entered_meanwhile_is_lost_nowhere(here, filled, file):
    """A server seals without a pause while the keys change several times."""
    stop, entered = threading.Event(), []

    def enter() -> None:
        while not stop.is_set():
            word = f"word-{len(entered)}"
            with filled.deps.store.write() as db:
                sealed = filled.deps.vault.seal(word)
                put_password(db, 1, sealed, "h:993/ssl", filled.clock.now())
            entered.append(word)

    server = threading.Thread(target=enter)
    server.start()
    wait_for(lambda: bool(entered))
    for _ in range(3):
        assert here("secrets", "rotate").status == 0
        now = len(entered)
        wait_for(lambda now=now: len(entered) > now)
    stop.set()
    server.join()

    assert len(read_keys(file)) == 1
    assert opened(filled, Vault(read_keys(file))) == WORDS | {"password": entered[-1]}


#: Runs the command, and kills itself the n-th time that it comes to one of these points.
KILLED = """
import os, signal, sys
from mailboxadmin.cli import main
from mailboxadmin.services.keeping import rotating
from mailboxadmin.store import key_file

point, count = sys.argv[1], int(sys.argv[2])
times = 0

def deadly(function):
    def call(*arguments, **options):
        global times
        times += 1
        if times == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return call

where, _, name = point.rpartition(".")
module = {"key_file": key_file, "rotating": rotating, "os": os}[where]
setattr(module, name, deadly(getattr(module, name)))
main(["secrets", "rotate"])
"""
POINTS = (
    ("key_file.put_before", 1),
    ("os.fsync", 1),
    ("key_file._settle", 1),
    ("rotating._seal_anew", 1),
    ("rotating._anew", 4),
    ("key_file.keep_newest", 1),
    ("os.chown", 2),
    ("rotating._seal_anew", 2),
    ("rotating._finish", 1),
    ("rotating.leave_nothing", 1),
)


@pytest.mark.parametrize(("point", "count"), POINTS)
def test_killed_at_any_point_everything_opens_and_the_next_time_does_the_rest(
    here, filled, file, point, count
):
    [old] = read_keys(file)
    environment = os.environ | {"MAILBOXADMIN_INSTANCE": str(filled.deps.instance)}

    killed = subprocess.run(
        [sys.executable, "-c", KILLED, point, str(count)], env=environment, check=False
    )

    assert killed.returncode == -signal.SIGKILL
    assert opened(filled, Vault(read_keys(file))) == WORDS
    assert here("secrets", "rotate").status == 0
    assert old not in read_keys(file)
    assert len(read_keys(file)) == 1
    assert opened(filled, Vault(read_keys(file))) == WORDS
    assert [each.name for each in file.parent.glob(".secret.key*")] == []


def test_a_key_file_that_cannot_be_written_changes_nothing(here, filled, file, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    before = file.read_bytes()
    monkeypatch.setattr(key_file, "_written", refuse)

    done = here("secrets", "rotate")

    assert done.status == 1
    assert "cannot be written (Permission denied)" in done.complaint
    assert file.read_bytes() == before
    assert opened(filled, Vault(read_keys(file))) == WORDS


class TestKeysOfTheEnvironment:
    @pytest.fixture
    def keys(self, file):
        """A new key before that of the office."""
        return [Fernet.generate_key().decode(), *read_keys(file)]

    def test_all_is_sealed_with_the_first_and_it_says_which_can_go(
        self, here, filled, file, keys, monkeypatch
    ):
        monkeypatch.setenv("MAILBOXADMIN_SECRET_KEYS", ",".join(keys))
        before = file.read_bytes()

        done = here("secrets", "rotate")

        assert (done.status, done.err) == (0, "")
        assert "key 2 can be taken out" in done.out
        assert not any(key in done.out for key in keys)
        assert opened(filled, Vault(keys[:1])) == WORDS
        assert [each for each in in_the_files(filled) if opens(keys[1], each)] == []
        assert file.read_bytes() == before

    def test_of_several_all_behind_the_first_can_go(self, here, filled, keys, monkeypatch):
        more = [*keys, Fernet.generate_key().decode()]
        monkeypatch.setenv("MAILBOXADMIN_SECRET_KEYS", ",".join(more))

        assert "keys 2 to 3 can be taken out" in here("secrets", "rotate").out

    def test_a_single_one_is_told_how_it_is_replaced(self, here, filled, keys, monkeypatch):
        monkeypatch.setenv("MAILBOXADMIN_SECRET_KEYS", keys[1])

        done = here("secrets", "rotate")

        assert done.status == 0
        assert "put a new one before it" in done.out
        assert opened(filled, Vault(keys[1:])) == WORDS


def test_two_at_once_are_refused(here, filled):

    (filled.deps.instance / "locks").mkdir()
    lock = FileLock(filled.deps.instance / "locks" / "secrets.lock")
    lock.take()

    done = here("secrets", "rotate")
    lock.release()

    assert done.status == 1
    assert "Another process is sealing the secrets anew" in done.complaint
