"""No code, state, verifier, token or client secret is ever said, whatever happens to it.

A day in the life of two mailboxes and of whoever misuses the way to the provider; then every
page is opened, every command called, and every file of the instance read.
"""

import json
import secrets as secrets_module
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from mailboxadmin.cli import main
from mailboxadmin.demo.provider_pages import Choice
from mailboxadmin.demo.provider_values import LineFault, Refusal
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.oauth import client
from mailboxadmin.services import consent
from mailboxadmin.services.backup import create_backup
from mailboxadmin.services.consent import Returned, StrayReturn
from mailboxadmin.services.debugging import switch_on
from mailboxadmin.services.log_file import write_log
from mailboxadmin.services.tokens import Asking, Supply, access_token, refresh_now
from mailboxadmin.services.unknown import read_unknown
from tests.support import mails
from tests.support.configuring import ADMIN
from tests.support.consenting import come_back
from tests.support.office import Box, Office
from tests.support.token_canary import Overheard, agree, overhear
from tests.support.token_office import TokenOffice
from tests.support.visitor import Visitor
from tests.web.test_access_walk import methods

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


@pytest.fixture
def office(token_office: TokenOffice) -> Office:
    """The office at whose desks people sign in."""
    return token_office.office


@pytest.fixture
def verifiers(monkeypatch) -> list[str]:
    """Every PKCE verifier that is made."""
    made: list[str] = []

    def new_verifier() -> str:
        made.append(client.new_verifier())
        return made[-1]

    monkeypatch.setattr(consent, "new_verifier", new_verifier)
    return made


class Day:
    """What happens to the two mailboxes, while somebody listens."""

    def __init__(self, office: TokenOffice, heard: Overheard, verifiers: list[str]) -> None:
        self.office, self.heard, self.verifiers = office, heard, verifiers
        self.states: list[str] = []
        self.admin = Visitor(office.office.app)
        office.office.admin(ADMIN)
        self.admin.sign_in(ADMIN)
        self.boxes = {AppKey.GMAIL: office.box(), AppKey.OUTLOOK: office.box()}
        self.owners = {key: Visitor(office.office.app) for key in self.boxes}
        for key, owner in self.owners.items():
            owner.sign_in(self.boxes[key].person.email)

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

        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("a fault of ours")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("mailboxadmin.services.tokens.record_refreshed", fail)
            try:
                refresh_now(self.office.deps, box.id, actor=COMMAND_LINE)
            except RuntimeError as fault:
                self.heard.fault(fault)
            self.office.office.clock.advance(hours=2)
            self.office.office.sync(box)

    def every_page(self) -> None:
        """Everything that can be looked at, by an admin, an owner and a stranger."""
        app = self.office.office.app
        box = self.boxes[AppKey.OUTLOOK]
        names = {"mailbox_id": box.id, "staff_id": box.person.id, "key": "outlook", "why": "used"}
        adapter = app.url_map.bind("localhost")
        ways = [
            adapter.build(rule.endpoint, {name: names.get(name, 1) for name in rule.arguments})
            for rule in app.url_map.iter_rules()
            if "GET" in methods(rule) and rule.endpoint != "static"
        ]
        for who in (self.admin, self.owners[AppKey.OUTLOOK], Visitor(app)):
            for way in ways:
                self.heard.answer(who.get(way))

    def every_command(self) -> None:
        """All that the command line tells."""
        more = [
            (verb, box.person.email) for box in self.boxes.values() for verb in ("check", "sync")
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
        create_backup(deps, tmp_path / "kept.db", actor=COMMAND_LINE)
        self.heard.text("a backup", (tmp_path / "kept.db").read_bytes())
        for answer in read_unknown(deps):
            self.heard.text("an unknown answer", repr(answer))
        for file in deps.instance.rglob("*"):
            if file.is_file():
                self.heard.text(f"the file {file.name}", file.read_bytes())


@pytest.fixture
def day(token_office, verifiers) -> Iterator[Day]:
    """Somebody listens, and every dialogue is recorded."""
    write_log(token_office.deps.instance)
    switch_on(token_office.deps, mailbox_id=None, minutes=24 * 60, actor=COMMAND_LINE)
    with overhear() as heard:
        yield Day(token_office, heard, verifiers)


def test_no_secret_is_said_anywhere(day: Day, tmp_path: Path):
    for key in AppKey:
        day.ways_that_fail(key)
        day.connect_and_read(key)
        day.break_inside(day.boxes[key])
    day.every_page()
    day.every_command()
    day.every_file(tmp_path)

    secrets = day.secrets()
    names = [box.person.email for box in day.boxes.values()]
    assert len(secrets) > 40 and len(day.verifiers) == len(day.states)
    assert len(day.heard.texts) > 150
    files = [said for where, said in day.heard.texts if where.startswith("the file")]
    assert any(b"AUTHENTICATE XOAUTH2" in said for said in files)
    assert day.heard.leaks(secrets, names) == []


def test_what_is_listened_for_would_be_heard(day: Day):
    token = day.office.provider.grant("ann@example.org").access_token
    day.heard.answer(day.admin.get(f"/mailboxes/1?next={token}"))
    day.heard.text("a log", json.dumps({"token": token}))

    assert day.heard.leaks({token})


def test_no_value_shows_its_secret_when_it_is_printed(token_office: TokenOffice):
    ann = token_office.connected(AppKey.OUTLOOK)
    deps, query = token_office.deps, {"code": "a-code-of-the-test", "state": "a-state-of-the-test"}
    returned = Returned(app=AppKey.OUTLOOK, query=query, browser="a-browser-of-the-test")
    supply = Supply(deps, ann.id, actor=COMMAND_LINE)
    given = token_office.provider.grant("ann@example.org")
    app = token_office.provider.app(AppKey.OUTLOOK)

    shown = " ".join(map(repr, (returned, supply, given, app, vars(supply), deps)))

    secrets = {*query.values(), returned.browser, given.access_token, app.client_secret}
    assert not [secret for secret in secrets if secret in shown]


def test_no_error_shows_a_secret(token_office: TokenOffice, verifiers):
    ann = token_office.connected(AppKey.OUTLOOK)
    heard = Overheard()
    sent = {token_office.tokens(ann)[1], token_office.provider.app(AppKey.OUTLOOK).client_secret}
    said = Refusal(error="invalid_grant", description=" ".join(sent))
    token_office.office.clock.advance(hours=2)
    for fault in (said, *LineFault):
        if fault in (LineFault.HANG, LineFault.DRIP):
            continue
        token_office.provider.fail_next(fault)
        try:
            access_token(token_office.deps, ann.id, Asking(actor=COMMAND_LINE))
        except MailFailure as failure:
            heard.fault(failure)
            heard.text("its facts", repr(failure.facts))
        token_office.office.clock.advance(hours=2)
    strange = {"code": secrets_module.token_urlsafe(), "state": secrets_module.token_urlsafe()}
    with pytest.raises(StrayReturn) as stray:
        token_office.finish(AppKey.GMAIL, strange)
    heard.fault(stray.value)

    assert len(heard.texts) > 15
    assert heard.leaks({*sent, *strange.values(), *verifiers}, [ann.person.email]) == []
