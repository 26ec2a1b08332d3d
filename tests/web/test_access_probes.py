"""Thousands of requests at random for what is somebody else's: not one byte of it comes back.

Every route, every method, every number that is or is not somebody's; by nobody, by somebody
deactivated, by a colleague, by an admin. The rows of the one who is probed stay as they are.
"""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.routing import AnyConverter, Rule
from werkzeug.test import TestResponse

from mailboxadmin.demo.name_server import NameServer
from mailboxadmin.domain.activity import Code
from mailboxadmin.domain.people import Person
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.staff import people
from mailboxadmin.store.base import Base
from mailboxadmin.store.tables import StaffRow
from mailboxadmin.web import limits
from tests.support import inbox, states
from tests.support.office import Office
from tests.support.sights import GRACE, NOWHERE
from tests.support.visitor import TOKEN, Visitor

#: What only Anna reads; what she and admins read; what nobody ever reads again.
MAIL, BOX, SECRET = "letter-of-anna-4711", "mailbox-of-anna-4712", "secret-4713"
UNREADABLE = {
    "nobody": (MAIL, BOX, SECRET),
    "deactivated": (MAIL, BOX, SECRET),
    "colleague": (MAIL, BOX, SECRET),
    "admin": (MAIL, SECRET),
}
METHODS = ("GET", "GET", "GET", "HEAD", "POST", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
#: They end the session with which the probing goes on.
LEAVING = {"auth.logout", "static"}


class Target:
    """Anna, and everything of hers that has a number or a name."""

    def __init__(self, office: Office) -> None:
        self.office, self.anna = office, inbox.reader(office)
        box = self.anna.mailbox_id or 0
        file = (f"{MAIL}.png", "image/png", MAIL.encode())
        letter = inbox.enclosing(file, text=MAIL.encode()).replace(b"files", MAIL.encode(), 1)
        self.messages = inbox.fill(office, self.anna, [letter, letter])
        office.connect(box, NOWHERE, SECRET)
        states.log(office, Code.SYNC_FAILED, f"{BOX} does not answer.", mailbox_id=box)
        texts = {"gmail_client_secret": SECRET, "gmail_client_id": "1-a.apps.googleusercontent.com"}
        change_settings(office.deps, texts | {"smtp_password": SECRET}, actor=GRACE)
        self.folder = inbox.folder_of(office, self.anna, "INBOX")

    def rows(self) -> dict[str, list[Any]]:
        """Her rows, but those that tell of what others tried."""
        found: dict[str, list[Any]] = {}
        with self.office.deps.store.read() as db:
            for table in Base.metadata.sorted_tables:
                if "mailbox_id" in table.columns and table.name != "activity":
                    theirs = table.c.mailbox_id == self.anna.mailbox_id
                    found[table.name] = [*map(tuple, db.execute(select(table).where(theirs)))]
            staff = select(StaffRow.__table__).where(StaffRow.id == self.anna.id)
            found["staff"] = [*map(tuple, db.execute(staff))]
        return found


class Prober:
    """Somebody who asks for everything."""

    def __init__(self, who: str, visitor: Visitor, target: Target, chance: random.Random) -> None:
        self.who, self.visitor, self.target, self.chance = who, visitor, target, chance
        rules = target.office.app.url_map.iter_rules()
        self.rules = [rule for rule in rules if rule.endpoint not in LEAVING]
        self.adapter = target.office.app.url_map.bind("localhost")
        token = TOKEN.search(visitor.get("/login", follow_redirects=True).text)
        assert token
        self.token = token[1]

    def probe(self) -> tuple[str, str, TestResponse]:
        """One request; its method, address and answer."""
        rule, method = self.chance.choice(self.rules), self.chance.choice(METHODS)
        if self.who == "admin" and method not in ("GET", "HEAD", "OPTIONS"):
            # An admin may change much, and should; reading is what must not be.
            method = "GET"
        path = self._path(rule)
        fields = self._numbers() | {"csrf_token": self.token}
        asked = {"query_string": self._numbers()} if self.chance.random() < 0.5 else {}
        data = {"data": fields} if method in ("POST", "PUT", "PATCH", "DELETE") else {}
        limits.limiter.reset()
        return method, path, self.visitor.client.open(path, method=method, **asked, **data)

    def _path(self, rule: Rule) -> str:
        values = {name: self._value(rule, name) for name in rule.arguments}
        return self.adapter.build(rule.endpoint, values)

    def _value(self, rule: Rule, name: str) -> Any:
        target, chance = self.target, self.chance
        if isinstance(rule._converters[name], AnyConverter):
            return chance.choice(sorted(rule._converters[name].items))
        known = {
            "mailbox_id": [target.anna.mailbox_id] * 3,
            "staff_id": [target.anna.id] * 3,
            "message_id": target.messages * 2,
            "host": [NOWHERE.host],
        }
        return chance.choice([*known.get(name, []), 0, 1, 2, 3, 4, 5, 10**17])

    def _numbers(self) -> dict[str, str]:
        target, chance = self.target, self.chance
        ids = [target.anna.mailbox_id, target.anna.id, target.folder, *target.messages, 1, 2, 999]
        names = (
            "mailbox",
            "mailbox_id",
            "folder",
            "in",
            "id",
            "staff_id",
            "before",
            "did",
            "check_id",
        )
        chosen = {name: str(chance.choice(ids)) for name in names}
        words = {"do": ["read", "all-read", "save", "test", "look", "delete", "archive", "again"]}
        words |= {"q": [MAIL[:6], "letter"], "text": ["anna"], "format": ["mbox", "eml"]}
        return chosen | {name: chance.choice(some) for name, some in words.items()}


@pytest.fixture
def target(open_office: Callable[..., Office], dns_stub: NameServer) -> Target:
    """An office in which every name is looked up and not there."""
    return Target(open_office(nameservers=((dns_stub.address, dns_stub.port),)))


@pytest.fixture
def desks(target: Target, at_desk: Callable[[str], Visitor]) -> dict[str, Visitor]:
    """Everybody who is curious."""
    office = target.office
    colleague, gone = (states.somebody(office, name) for name in ("Ben Okoye", "Zoe"))
    found = {
        "nobody": Visitor(office.app),
        "deactivated": desk(office, gone),
        "colleague": desk(office, colleague),
        "admin": desk(office, people.person_by_email(office.deps, GRACE)),
    }
    people.disable_person(office.deps, gone.id, actor=GRACE)
    return found


def desk(office: Office, person: Person) -> Visitor:
    visitor = Visitor(office.app)
    assert visitor.sign_in(person.email).status_code == 302
    return visitor


@pytest.mark.parametrize("probes", [pytest.param(10_000, marks=pytest.mark.soak), 240])
def test_nothing_that_is_somebody_elses_comes_back(target: Target, desks, probes: int):
    chance, before, became = random.Random(), target.rows(), Counter()
    probers = [Prober(who, desks[who], target, chance) for who in UNREADABLE]
    leaked = {}

    for number in range(probes):
        prober = probers[number % len(probers)]
        method, path, answer = prober.probe()
        became[answer.status_code] += 1
        said = answer.data.decode(errors="replace") + str(answer.headers)
        words = [word for word in UNREADABLE[prober.who] if word in said]
        if words or answer.status_code >= 500:
            leaked[prober.who, method, path] = (answer.status, words)

    target.office.let_runs_end()
    assert leaked == {}
    assert target.rows() == before
    assert became[200] > probes / 20, became


def test_the_words_that_are_looked_for_are_there_to_be_found(target: Target, at_desk):
    """So that not finding them means something."""
    anna = desk(target.office, target.anna)
    grace = desk(target.office, people.person_by_email(target.office.deps, GRACE))

    assert MAIL in anna.get(f"/mail/{target.messages[0]}").text
    assert BOX in anna.get("/activity").text
    assert BOX in grace.get(f"/mailboxes/{target.anna.mailbox_id}").text
    assert BOX in grace.get("/activity").text
