"""A day in the life of an office that keeps a secret of each kind, while somebody listens.

Three mailboxes, two by permission and one by password, and whoever misuses the ways to them;
mail servers, programs and providers that say back what they were sent; links that were given
out. Then every page is opened, every command called, and every file of the instance read.
"""

import io
import secrets as secrets_module
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from mailboxadmin.cli import main
from mailboxadmin.demo.provider_pages import Choice
from mailboxadmin.demo.provider_values import LineFault, Refusal
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.people import Role
from mailboxadmin.services.keeping.backup import create_backup
from mailboxadmin.services.sign_in.tokens import refresh_now
from mailboxadmin.services.staff.invitations import add_and_invite
from mailboxadmin.services.staff.setup import new_setup_code
from mailboxadmin.services.trouble.bundle import make_bundle
from mailboxadmin.services.verdict.unknown import read_unknown
from tests.support import mails
from tests.support.asked import path_for
from tests.support.canary import Overheard, agree
from tests.support.configuring import ADMIN
from tests.support.consenting import come_back
from tests.support.hook_server import HookServer
from tests.support.office import Box
from tests.support.smtp_server import SmtpServer
from tests.support.token_office import TokenOffice
from tests.support.visitor import Visitor
from tests.web.test_access_walk import methods

#: What is entered here, beside what providers give.
WORDS = ("app password", "wrong password", "smtp password", "webhook secret")
COMMANDS = (
    ("activity", "--json", "--limit", "1000"),
    ("activity",),
    ("mailbox", "list", "--json"),
    ("mailbox", "list"),
    ("settings", "list", "--json"),
    ("oauth", "status", "--json"),
    ("oauth", "status"),
    ("doctor", "--json"),
    ("doctor",),
    ("answers",),
)


class Day:
    """What happens in the office, while somebody listens."""

    def __init__(self, office: TokenOffice, heard: Overheard, verifiers: list[str]) -> None:
        self.office, self.heard, self.verifiers = office, heard, verifiers
        self.states: list[str] = []
        self.words = {name: secrets_module.token_hex(12) for name in WORDS}
        self.links = {"setup code": new_setup_code(office.deps)}
        self.admin = Visitor(office.office.app)
        office.office.admin(ADMIN)
        self.admin.sign_in(ADMIN)
        self.boxes = {AppKey.GMAIL: office.box(), AppKey.OUTLOOK: office.box()}
        self.ann = self._by_password()
        self.owners = {key: Visitor(office.office.app) for key in self.boxes}
        for key, owner in self.owners.items():
            owner.sign_in(self.boxes[key].person.email)
        self.ann_at_desk = Visitor(office.office.app)
        self.ann_at_desk.sign_in(self.ann.person.email)

    def _by_password(self) -> Box:
        server = self.office.dovecot
        email = f"{secrets_module.token_hex(4)}@example.org"
        account = server.user(email, self.words["app password"])
        where = Server(host=server.host, port=server.port, encryption=Encryption.NONE)
        return self.office.office.mailbox_at(where, account)

    @property
    def sessions(self) -> set[str]:
        """What the cookies hold, each told to nobody but its browser."""
        browsers = (self.admin, self.ann_at_desk, *self.owners.values())
        return {browser.session_token() for browser in browsers}

    @property
    def kept(self) -> set[str]:
        """What is entered, made or given out here; nobody says it back."""
        keys = (self.office.deps.instance / "secret.key").read_text().split()
        return {*self.words.values(), *self.links.values(), *keys}

    def press(self, key: AppKey, choice: Choice = Choice.ALLOW) -> dict[str, str]:
        """To the provider, whose address alone holds the state, and what it sends back with."""
        owner = self.owners[key]
        answer = owner.post(f"/oauth/connect/{key}", form_at="/mailbox")
        query = dict(agree(answer.location, choice, account=self.boxes[key].person.email))
        self.states.append(query["state"])
        return query

    def back(self, key: AppKey, query: dict[str, str]) -> None:
        """The page and those that it leads to."""
        answer = come_back(self.owners[key], key, query, follow=False)
        self.heard.answer(answer)
        self.heard.answer(self.owners[key].get(answer.location, follow_redirects=True))

    def secrets(self) -> set[str]:
        """All there were."""
        return {*self.office.provider.secrets, *self.states, *self.verifiers}

    def spoil(self, secrets: set[str]) -> Refusal:
        """A provider that says back whatever it was sent, in words that nobody knows."""
        return Refusal(
            error="odd", description=" / ".join((*secrets, urlencode(dict.fromkeys(secrets, 1))))
        )

    def ways_that_fail(self, key: AppKey) -> None:
        """Each end of the way that is no connection."""
        provider = self.office.provider
        for choice in (Choice.CANCEL, Choice.WITHOUT_MAIL):
            self.back(key, self.press(key, choice))
        query = self.press(key)
        self.back(key, query | {"state": query["state"] + "x"})
        self.back(key, query | {"error": "odd", "error_description": " ".join(query.values())})
        self.back(key, query)
        query = self.press(key)
        secret = provider.app(key).client_secret
        provider.fail_next(self.spoil({query["code"], secret, self.verifiers[-1]}), key=key)
        self.back(key, query)
        query = self.press(key)
        provider.fail_next(LineFault.LOSE, key=key)
        self.back(key, query)

    def connect_and_read(self, key: AppKey) -> None:
        """Connected, synced, renewed; and renewals that fail in loud ways."""
        provider, box = self.office.provider, self.boxes[key]
        self.office.dovecot.deliver(box.account, mails.message(1))
        self.back(key, self.press(key))
        self.office.office.sync(box)
        for fault in (
            None,
            self.spoil({provider.app(key).client_secret, self.office.tokens(box)[1]}),
            LineFault.NOT_JSON,
            LineFault.HTML,
            Refusal(error="invalid_grant", description="It has ended."),
        ):
            self.office.office.clock.advance(hours=2)
            if fault is not None:
                provider.fail_next(fault, key=key)
            self.office.office.sync(box)
            self.heard.answer(self.admin.get(f"/mailboxes/{box.id}"))

    def break_inside(self, box: Box) -> None:
        """Faults of ours, at the worst place: with the tokens in hand."""

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("mailboxadmin.services.sign_in.tokens.record_refreshed", _fail)
            try:
                refresh_now(self.office.deps, box.id, actor=COMMAND_LINE)
            except RuntimeError as fault:
                self.heard.fault(fault)
            self.office.office.clock.advance(hours=2)
            self.office.office.sync(box)

    def a_password_that_is_mistyped(self) -> None:
        """Refused, tried in the browser, then saved; and a fault of ours with it in hand."""
        wrong, right = self.words["wrong password"], self.words["app password"]
        self.office.office.sync(self.ann)
        for word, do in ((wrong, "save"), (wrong, "test"), (right, "save")):
            self._enter(word, do)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("mailboxadmin.web.mailbox.views.configure_mailbox", _fail)
            patch.setitem(self.office.office.app.config, "PROPAGATE_EXCEPTIONS", False)
            assert self._enter(right, "save") == 500

    def _enter(self, password: str, do: str) -> int:
        answer = self.ann_at_desk.post("/mailbox", password=password, do=do)
        self.heard.answer(answer)
        self.office.office.let_runs_end()
        return answer.status_code

    def telling_fails_in_loud_ways(self) -> None:
        """A mail server and a program that say back the secrets that they were sent."""
        smtp, hook = self.words["smtp password"], self.words["webhook secret"]
        loud = {"MAIL": f"550 5.7.1 not with {smtp}"}
        with SmtpServer(auth=("office", smtp), answers=loud) as server, HookServer() as there:
            there.status, there.answer = 500, f"your secret {hook} is wrong".encode()
            form = {
                "notify_to": "grace@example.net",
                "smtp_host": server.host,
                "smtp_port": str(server.port),
                "smtp_encryption": "none",
                "smtp_username": "office",
                "smtp_password": smtp,
                "webhook_url": there.url,
                "webhook_secret": hook,
            }
            way = "/settings/notifications"
            for asked in ("", "?test=mail", "?test=webhook"):
                self.heard.answer(self.admin.post(way + asked, form_at=way, **form))
            assert server.sign_ins and there.came

    def links_are_given_out(self) -> None:
        """An invitation, and a link that mends a mailbox; both are opened by a stranger."""
        deps = self.office.deps
        _, invitation = add_and_invite(
            deps, email="new@example.org", name="", role=Role.STAFF, actor=ADMIN
        )
        self.office.dovecot.change_password(self.ann.account, "another horse battery")
        self.office.office.sync(self.ann)
        ways = (invitation.removeprefix(deps.base_url), path_for(self.office.office, self.ann))
        for way in ways:
            assert Visitor(self.office.office.app).get(way).status_code == 200
            self.links[way.split("/")[1]] = way.rpartition("/")[2]

    def every_page(self) -> None:
        """Everything that can be looked at, by an admin, the owners and a stranger."""
        app = self.office.office.app
        adapter = app.url_map.bind("localhost")
        rules = [rule for rule in app.url_map.iter_rules() if "GET" in methods(rule)]
        for box in (self.boxes[AppKey.OUTLOOK], self.ann):
            names = {"mailbox_id": box.id, "staff_id": box.person.id, "key": "outlook"}
            names |= {"why": "used"}
            ways = [
                adapter.build(rule.endpoint, {name: names.get(name, 1) for name in rule.arguments})
                for rule in rules
                if rule.endpoint != "static"
            ]
            owner = self.ann_at_desk if box is self.ann else self.owners[AppKey.OUTLOOK]
            for who in (self.admin, owner, Visitor(app)):
                for way in ways:
                    self.heard.answer(who.get(way))

    def every_command(self) -> None:
        """All that the command line tells."""
        more = [
            (verb, box.person.email)
            for box in (*self.boxes.values(), self.ann)
            for verb in ("check", "sync")
        ]
        for command in (
            *COMMANDS,
            *more,
            ("check", self.boxes[AppKey.GMAIL].person.email, "--json"),
        ):
            done = CliRunner().invoke(main, command, obj=self.office.deps)
            self.heard.text(f"mailboxadmin {command[0]}", done.output)
            if done.exception is not None and not isinstance(done.exception, SystemExit):
                raise done.exception

    def every_file(self, tmp_path: Path) -> None:
        """The instance folder byte by byte, a backup, and the rows that speak of answers."""
        deps = self.office.deps
        with zipfile.ZipFile(io.BytesIO(make_bundle(deps, actor=ADMIN))) as bundle:
            for name in bundle.namelist():
                self.heard.text(f"{name} of the support bundle", bundle.read(name))
        create_backup(deps, tmp_path / "kept.db", actor=COMMAND_LINE)
        self.heard.text("a backup", (tmp_path / "kept.db").read_bytes())
        for answer in read_unknown(deps):
            self.heard.text("an unknown answer", repr(answer))
        for file in deps.instance.rglob("*"):
            if file.is_file() and file.name != "secret.key":
                self.heard.text(f"the file {file.name}", file.read_bytes())

    def every_process(self) -> None:
        """What everybody on the machine sees of what runs on it."""
        for line in _command_lines():
            self.heard.text("the list of processes", line)


def _command_lines() -> Iterable[bytes]:
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if process.name.isdecimal():
                yield (process / "cmdline").read_bytes()


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("a fault of ours")
