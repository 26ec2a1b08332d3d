"""With another key the program starts, says so, and asks for every secret again in its form."""

import json
import re
import secrets
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from mailboxadmin.app import start_background
from mailboxadmin.cli import main
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.keeping.key_check import repair_mode
from mailboxadmin.services.office.office_secrets import held_secrets
from mailboxadmin.services.office.settings import change_settings
from tests.support import states
from tests.support.asked import NEW_PASSWORD, lock_out, path_for
from tests.support.canary import agree
from tests.support.consenting import come_back
from tests.support.dovecot import Dovecot
from tests.support.log import logged
from tests.support.office import Box, Office
from tests.support.token_office import TokenOffice, urls_of
from tests.support.visitor import Visitor

ADMIN = "grace@example.org"
CLOSED = "cannot be opened with the key that is here: enter it again"
TELLING = {
    "smtp_host": "127.0.0.1",
    "smtp_username": "office",
    "smtp_password": "smtp-before",
    "notify_to": "admin@example.net",
    "webhook_url": "https://127.0.0.1:1/hook",
    "webhook_secret": "webhook-before-1234",
}


class Repair:
    """An office with a secret of each kind, opened again with a key that opens none of them."""

    def __init__(self, before: TokenOffice, office: Office, ann: Box, ben: Box) -> None:
        self.before, self.office, self.ann, self.ben = before, office, ann, ben

    def at_desk(self, email: str) -> Visitor:
        visitor = Visitor(self.office.app)
        assert visitor.sign_in(email).status_code == 302
        return visitor

    @property
    def held(self) -> dict[str, str]:
        with self.office.deps.store.read() as db:
            keys = ("smtp_password", "webhook_secret", "gmail_client_secret")
            return held_secrets(db, self.office.deps, keys)


@pytest.fixture
def serving() -> Iterator[Callable[[Office], None]]:
    """What `serve` does before the first page, and its end, for an office."""

    def start_(office: Office) -> None:
        background = start_background(office.app)
        assert background.stop(timeout_s=60)

    yield start_


@pytest.fixture(params=["another", "none"])
def repair(token_office: TokenOffice, open_office, request) -> Repair:
    before = token_office.office
    before.admin(ADMIN)
    ann = before.mailbox(server=token_office.dovecot)
    ben = token_office.connected(AppKey.GMAIL)
    change_settings(before.deps, TELLING, actor=COMMAND_LINE)
    lose_key(before.deps.instance, another=request.param == "another")
    office = open_office(clock=before.clock, urls=urls_of(token_office.provider))
    return Repair(token_office, office, ann, ben)


def lose_key(instance: Path, *, another: bool) -> bytes:
    """The key file is gone, or another one; what was in it."""
    file = instance / "secret.key"
    key = file.read_bytes()
    file.unlink()
    if another:
        put_key(instance, Fernet.generate_key() + b"\n")
    return key


def put_key(instance: Path, key: bytes) -> None:
    (instance / "secret.key").write_bytes(key)
    (instance / "secret.key").chmod(0o600)


def test_the_start_and_the_doctor_say_how_many(repair: Repair):
    page = repair.at_desk(ADMIN).get("/troubleshooting").text

    assert "7 of 7 stored secrets cannot be opened with the key file" in repair_mode(
        repair.office.deps
    )
    assert "7 of 7 stored secrets cannot be opened with the key." in page


def test_the_board_says_so_as_one_card(repair: Repair):
    for box in (repair.ann, repair.ben):
        repair.office.sync(box)

    board = unescape(repair.at_desk(ADMIN).get("/").text)

    assert "2 mailboxes: the key of the stored passwords is missing" in board
    assert "local.secret_unreadable" in board
    for box in (repair.ann, repair.ben):
        assert repair.office.state(box) is State.NEEDS_ACTION


@pytest.mark.parametrize("scheduler", [True, False])
def test_board_mailbox_and_list_say_so_before_any_turn(
    repair: Repair, scheduler: bool, serving: Callable[..., None]
):
    for box in (repair.ann, repair.ben):
        repair.before.office.sync(box)
    repair.office.app.config["SCHEDULER_EXPECTED"] = scheduler

    serving(repair.office)

    admin = repair.at_desk(ADMIN)
    assert "2 mailboxes: the key of the stored passwords is missing" in unescape(
        admin.get("/").text
    )
    page = admin.get(f"/mailboxes/{repair.ann.id}").text
    assert "The stored passwords and permissions cannot be opened." in page
    listed = CliRunner().invoke(main, ["mailbox", "list", "--json"], obj=repair.office.deps)
    states = [json.loads(line) for line in listed.stdout.splitlines()]
    told = {each["mailbox"]: (each["state"], each["finding"]["code"]) for each in states}
    unreadable = ("needs_action", "local.secret_unreadable")
    assert told == {repair.ann.person.email: unreadable, repair.ben.person.email: unreadable}


def test_another_start_with_the_wrong_key_counts_no_other_try(
    repair: Repair, serving: Callable[..., None]
):
    serving(repair.office)
    serving(repair.office)

    failed = logged(repair.office, "sync.failed")
    assert [entry.times for entry in failed] == [1, 1]


def test_what_is_paused_or_waits_for_another_password_stays_as_it_is(
    repair: Repair, serving: Callable[..., None]
):
    states.put(repair.office, repair.ann.person, State.PAUSED)
    states.put(repair.office, repair.ben.person, State.NEEDS_ACTION, states.finding(), refusals=1)

    serving(repair.office)

    assert repair.office.state(repair.ann) is State.PAUSED
    assert repair.office.row(repair.ann).finding is None
    assert (repair.office.row(repair.ben).finding or {})["code"] == "auth.bad_credentials"


def test_with_the_right_key_again_all_mailboxes_are_tried_at_once(
    token_office: TokenOffice, open_office, serving: Callable[..., None]
):
    ann = token_office.office.mailbox(server=token_office.dovecot)
    key = lose_key(token_office.office.deps.instance, another=True)
    closed = open_office(clock=token_office.office.clock)
    serving(closed)
    assert closed.state(ann) is State.NEEDS_ACTION

    put_key(closed.deps.instance, key)
    opened = open_office(clock=closed.clock)
    serving(opened)

    assert opened.row(ann).next_attempt_at == opened.clock.now()
    assert opened.sync(ann).finding is None
    assert opened.state(ann) is State.OK


def test_a_password_is_asked_for_again_and_works(repair: Repair):
    repair.office.sync(repair.ann)
    ann = repair.at_desk(repair.ann.person.email)
    page = ann.get("/mailbox").text

    ann.post("/mailbox", password=repair.ann.account.password, do="save")
    repair.office.let_runs_end()

    assert "The stored password cannot be opened" in page
    assert "keep the one that is stored" not in page
    assert repair.office.state(repair.ann) is State.OK
    assert "cannot be opened" not in ann.get("/mailbox").text


def test_the_client_secret_and_then_the_permission_are_asked_for_again(repair: Repair):
    repair.office.sync(repair.ben)
    admin, ben = repair.at_desk(ADMIN), repair.at_desk(repair.ben.person.email)
    pages = admin.get("/settings/oauth").text, ben.get("/mailbox").text
    app = repair.before.provider.app(AppKey.GMAIL)

    admin.post(
        "/settings/oauth",
        form_at="/settings/oauth",
        app="gmail",
        gmail_client_id=app.client_id,
        gmail_client_secret=app.client_secret,
    )
    there = ben.post("/oauth/connect/gmail", form_at="/mailbox")
    query = agree(there.location, account=repair.ben.person.email)
    come_back(ben, AppKey.GMAIL, dict(query))
    repair.office.let_runs_end()
    repair.office.sync(repair.ben)

    assert CLOSED in pages[0]
    assert "The permission cannot be opened" in pages[1]
    assert repair.office.state(repair.ben) is State.OK
    assert "cannot be opened" not in ben.get("/mailbox").text


def test_what_telling_people_needs_is_asked_for_again(repair: Repair):
    admin, word = repair.at_desk(ADMIN), secrets.token_hex(12)
    page = admin.get("/settings/notifications").text
    form = TELLING | {"smtp_password": word, "webhook_secret": word}

    admin.post("/settings/notifications", **form)

    assert page.count(CLOSED) == 2
    assert repair.held["smtp_password"] == repair.held["webhook_secret"] == word
    assert CLOSED not in admin.get("/settings/notifications").text


def test_a_form_that_is_saved_without_the_secret_leaves_it(repair: Repair):
    admin = repair.at_desk(ADMIN)
    kept = {key: text for key, text in TELLING.items() if not key.endswith(("password", "secret"))}

    answer = admin.post("/settings/notifications", **kept, notify_on_recovery="no")

    assert answer.status_code == 302
    assert admin.get("/settings/notifications").text.count(CLOSED) == 2


@pytest.fixture
def refused(office: Office, dovecot: Dovecot, open_office) -> tuple[Office, Box, str]:
    """Ann's password was changed, the key was lost, and the server started: with a link of before.

    Her link was made with the key that is lost.
    """
    office.admin(ADMIN)
    ann = lock_out(office, dovecot)
    before = path_for(office, ann)
    lose_key(office.deps.instance, another=True)
    return open_office(clock=office.clock), ann, before


def test_a_link_of_before_says_that_it_is_over(refused: tuple[Office, Box, str]):
    office, _, before = refused

    answer = Visitor(office.app).get(before)

    assert answer.status_code == 410
    assert "Ask the admin of your office for a new link." in answer.text


@pytest.mark.parametrize("turned", [False, True], ids=["refused", "closed"])
def test_a_link_mends_a_mailbox_although_the_key_is_lost(
    refused: tuple[Office, Box, str], turned: bool
):
    office, ann, _ = refused
    grace, stranger = Visitor(office.app), Visitor(office.app)
    grace.sign_in(ADMIN)
    page = f"/mailboxes/{ann.id}/ask"
    made = grace.post(page, form_at=page).text
    link = re.search(r"/repair/[\w.-]+", made)
    assert link
    if turned:
        # Its own next try came before the owner did.
        found = office.sync(ann).finding
        assert found is not None and found.code == "local.secret_unreadable"

    asked = stranger.get(link[0]).text
    wrong = stranger.post(link[0], password="not the one")
    done = stranger.post(link[0], password=NEW_PASSWORD)
    office.let_runs_end()

    assert ("Enter the password of your mailbox once more below." in asked) is turned
    assert "Leave it empty to try the one that is stored again." not in asked
    assert "It was tried and not saved" in wrong.text
    assert "It works" in done.text
    assert office.state(ann) is State.OK
    assert stranger.get(link[0]).status_code == 410
    assert [entry.actor for entry in logged(office, "mailbox.link_used")] == [ann.person.email]


def test_an_admin_asks_the_owner_of_each_when_the_key_is_lost_for_good(
    repair: Repair, serving: Callable[..., None]
):
    serving(repair.office)
    admin, told = repair.at_desk(ADMIN), {}
    for box in (repair.ann, repair.ben):
        shown = unescape(admin.get(f"/mailboxes/{box.id}").text)
        told[box.id] = unescape(admin.post(f"/mailboxes/{box.id}/ask", form_at="/account").text)
        assert f"Ask {box.person.name} to {'enter' if box == repair.ann else 'connect'} it" in shown

    by_password, by_consent = told[repair.ann.id], told[repair.ben.id]
    assert "You can enter your password once more here, without signing in: " in by_password
    assert "1. Enter your password once more in the link below." in by_password
    assert "You can connect it once more here, without signing in: " in by_consent
    assert f"Hello {repair.ann.person.name}," in by_password
    # The other mailbox is nobody's business, and the key is the admin's.
    assert repair.ben.person.email not in by_password
    assert "secret.key back" not in by_password + by_consent


def test_the_owner_asks_the_admin_when_the_key_is_lost(
    repair: Repair, serving: Callable[..., None]
):
    serving(repair.office)

    page = unescape(
        repair.at_desk(repair.ann.person.email).get(f"/mailboxes/{repair.ann.id}/ask").text
    )

    assert "Put the old secret.key back" in page
    assert "Make a link" not in page and "Hello," in page
