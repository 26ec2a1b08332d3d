"""No secret of any kind is ever said, whatever happens to it: see `tests/support/canary_day.py`."""

import json
import os
import secrets as secrets_module
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailboxadmin.demo.provider_values import LineFault, Refusal
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.oauth import client
from mailboxadmin.services.debug.debugging import switch_on
from mailboxadmin.services.machine.log_file import write_log
from mailboxadmin.services.mailboxes import consent
from mailboxadmin.services.mailboxes.consent import Returned, StrayReturn
from mailboxadmin.services.office.office_secrets import held_secrets
from mailboxadmin.services.sign_in.tokens import Asking, Supply, access_token
from tests.support.canary import Overheard, overhear
from tests.support.canary_day import Day
from tests.support.office import Office
from tests.support.token_office import TokenOffice
from tests.support.waiting import wait_for


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
    day.a_password_that_is_mistyped()
    day.telling_fails_in_loud_ways()
    day.links_are_given_out()
    day.every_page()
    day.every_command()
    day.every_file(tmp_path)
    day.every_process()

    given, kept, sessions = day.secrets(), day.kept, day.sessions
    names = [box.person.email for box in (*day.boxes.values(), day.ann)]
    assert len(given) > 40 and len(day.verifiers) == len(day.states)
    assert (len(kept), len(sessions)) == (8, 4)
    assert len(day.heard.texts) > 250
    files = [said for where, said in day.heard.texts if where.startswith("the file")]
    assert any(b"AUTHENTICATE XOAUTH2" in said for said in files)
    assert any(b"C: " in said and b"LOGIN" in said for said in files)
    assert day.heard.leaks({*given, *kept}, names) == []
    assert [each for each in day.heard.leaks(sessions) if not each.startswith("the cookie")] == []


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


def test_a_secret_for_a_command_is_in_no_list_of_processes(token_office: TokenOffice):
    word = secrets_module.token_hex(12)
    environment = os.environ | {"MAILBOXADMIN_INSTANCE": str(token_office.deps.instance)}
    command = [sys.executable, "-m", "mailboxadmin", "settings", "set", "smtp_password"]

    with subprocess.Popen(
        [*command, "--value-stdin"], env=environment, stdin=subprocess.PIPE, text=True
    ) as running:
        assert running.stdin is not None
        running.stdin.write(word)
        running.stdin.flush()
        # For a moment after it began there is nothing to be read yet.
        listed = Path(f"/proc/{running.pid}/cmdline")
        wait_for(lambda: b"--value-stdin" in listed.read_bytes())
        seen = listed.read_bytes()
        given = Path(f"/proc/{running.pid}/environ").read_bytes()
        running.communicate()

    assert running.returncode == 0
    assert b"--value-stdin" in seen
    assert word.encode() not in seen + given
    assert list(held_secrets_of(token_office).values()) == [word]


def held_secrets_of(office: TokenOffice) -> dict[str, str]:
    with office.deps.store.read() as db:
        return held_secrets(db, office.deps, ["smtp_password"])
