"""An office on a temporary instance folder: the real app, a real database, a clock to move.

def test_new_mail_is_stored(office, dovecot):
    ann = office.mailbox(server=dovecot)             # a person, configured and not yet synced
    dovecot.deliver(ann.account, mails.message(1))

    report = office.sync(ann)

    assert report.counts.new == 1
"""

import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from mailboxadmin.app import create_app
from mailboxadmin.config import Config
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.browser import Browser
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.domain.people import Person, Role
from mailboxadmin.domain.run import SyncReport
from mailboxadmin.domain.settings import SETTINGS
from mailboxadmin.imap.network import Network
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.mailboxes.configure import configure_mailbox
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.services.staff import passwords, people
from mailboxadmin.services.syncing import sync
from mailboxadmin.store.tables import CheckRow, MailboxRow
from tests.support.clock import MovableClock
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account
from tests.support.waiting import wait_for

PASSWORD = "correct horse battery"
#: Where the people of the tests sit.
DESK = Browser(user_agent="Firefox/128.0", remote_addr="192.0.2.1")


@dataclass(frozen=True, slots=True)
class Box:
    """A configured mailbox and the account behind it."""

    id: int
    person: Person
    account: Account


class Office:
    """The app and what tests do with it."""

    def __init__(self, app: Flask, clock: MovableClock) -> None:
        self.app = app
        self.clock = clock

    @property
    def deps(self) -> Deps:
        deps: Deps = self.app.extensions["mailboxadmin"]
        return deps

    def person(self, email: str, *, role: Role = Role.STAFF, password: str = PASSWORD) -> Person:
        """Someone who can sign in."""
        return people.add_person(
            self.deps,
            email=email,
            name=email.partition("@")[0].title(),
            role=role,
            actor=COMMAND_LINE,
            password=password,
        )

    def admin(self, email: str = "grace@example.org") -> Person:
        return self.person(email, role=Role.ADMIN)

    def mailbox(
        self,
        *,
        server: Dovecot,
        email: str | None = None,
        password: str | None = None,
        folders: tuple[str, ...] = (),
    ) -> Box:
        """A person with a mailbox on the server, configured by the operator, not yet synced."""
        account = server.user(email) if email else server.user()
        where = Server(host=server.host, port=server.port, encryption=Encryption.NONE)
        return self.mailbox_at(where, account, password=password, folders=folders)

    def mailbox_at(
        self,
        where: Server,
        account: Account | None = None,
        *,
        password: str | None = None,
        folders: tuple[str, ...] = (),
    ) -> Box:
        """The same on any server, or on none; the account is Ann's when it is left out."""
        account = account or Account("ann@example.org", PASSWORD)
        person = self.person(account.name)
        assert person.mailbox_id is not None
        word = account.password if password is None else password
        self.connect(person.mailbox_id, where, word, folders=folders)
        return Box(person.mailbox_id, person, account)

    def connect(
        self, mailbox_id: int, server: Server, password: str, *, folders: tuple[str, ...] = ()
    ) -> None:
        """Configure a mailbox as the operator does."""
        texts = {
            "imap_host": server.host,
            "imap_port": str(server.port),
            "imap_encryption": server.encryption.value,
        }
        if folders:
            texts["folders"] = "\n".join(folders)
        configure_mailbox(
            self.deps,
            mailbox_id,
            Draft(texts=texts, username="", password=password),
            actor=COMMAND_LINE,
            set_by="operator",
            test=False,
        )

    def sync(self, box: Box, *, actor: str = COMMAND_LINE) -> SyncReport:
        return sync.sync_mailbox(self.deps, box.id, actor=actor)

    def let_runs_end(self) -> None:
        """Wait until what was begun is done; closing the pool would drop what still waits."""
        wait_for(lambda: not self.deps.pool.load)

    def let_checks_end(self) -> None:
        """Wait until every *Test connection* that was begun has told what it found."""
        wait_for(lambda: not self._checks_going_on())

    def _checks_going_on(self) -> int:
        with self.deps.store.read() as db:
            return db.query(CheckRow).filter(CheckRow.finished_at.is_(None)).count()

    def state(self, box: Box) -> State:
        return State(self.row(box).state)

    def row(self, box: Box) -> MailboxRow:
        with self.deps.store.read() as db:
            return db.get_one(MailboxRow, box.id)


@pytest.fixture(scope="session")
def empty_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder whose database is migrated; copied for each test, which is faster."""
    folder = tmp_path_factory.mktemp("instance")
    app = create_app(config_for(folder))
    app.extensions["mailboxadmin"].store.engine.dispose()
    return folder


def config_for(folder: Path, **changes: Any) -> Config:
    """The configuration of an instance in that folder."""
    url = f"sqlite:///{folder / 'mailboxadmin.db'}"
    return Config(instance=folder, database_url=url, scheduler=False, **changes)


@pytest.fixture(autouse=True, scope="session")
def quick_hashes() -> Iterator[None]:
    """Passwords are hashed as in the product, with a thousandth of the work."""
    with pytest.MonkeyPatch.context() as patch:
        hasher = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hashes", PasswordHash((hasher,)))
        yield


@pytest.fixture
def instance(tmp_path: Path, empty_instance: Path) -> Path:
    """An instance folder of this test's own."""
    return shutil.copytree(empty_instance, tmp_path / "instance")


@pytest.fixture
def instance_copy(tmp_path: Path, empty_instance: Path) -> Callable[[], Path]:
    """Make more instance folders, for tests that compare offices."""
    numbers = itertools.count(2)
    return lambda: shutil.copytree(empty_instance, tmp_path / f"instance-{next(numbers)}")


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Compiled once for all apps of a worker, which takes longer than to answer with them."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def open_office(
    instance: Path, compiled_templates: BytecodeCache, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Office]]:
    """Open an office on the test's instance: open_office(clock=…, ca_file=…, folder=…, urls=…)."""
    opened: list[Office] = []
    # The use cases know no pages; without them an app is made in half the time.
    pages = "services" not in request.path.parts

    def open_(
        clock: MovableClock | None = None,
        folder: Path = instance,
        urls: Mapping[str, str] | None = None,
        **network: Any,
    ) -> Office:
        clock, config = clock or MovableClock(), config_for(folder, provider_urls=urls or {})
        app = create_app(config, clock=clock, network=Network(**network), pages=pages)
        app.config.update(TESTING=True)
        app.jinja_env.bytecode_cache = compiled_templates
        opened.append(Office(app, clock))
        return opened[-1]

    yield open_
    for office in opened:
        office.deps.running.stop_all()
        office.deps.pool.close(timeout_s=60)
        office.deps.store.engine.dispose()


@pytest.fixture
def office(open_office: Callable[..., Office]) -> Office:
    """An office with nobody in it."""
    return open_office()


@pytest.fixture
def clock(office: Office) -> MovableClock:
    """The office's clock."""
    return office.clock


@pytest.fixture
def client(office: Office) -> FlaskClient:
    """A browser without scripts."""
    return office.app.test_client()


@pytest.fixture
def short_run(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let runs end after so many seconds; people may not choose less than half a minute."""

    def set_(seconds: int) -> None:
        setting = SETTINGS["sync_timeout_seconds"]
        short = replace(setting, default=seconds, minimum=1)
        monkeypatch.setitem(SETTINGS, setting.key, short)

    return set_
