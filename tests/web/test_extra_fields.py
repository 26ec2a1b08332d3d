"""No mass assignment: what is sent beside the fields of a form changes nothing at all.

Two offices that are alike get the same forms in the same order, one of them with every name
that means something anywhere added to each. Afterwards both databases hold the same rows.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from mailboxadmin.demo.name_server import NameServer
from mailboxadmin.domain.settings import PERSONAL_KEYS, SETTINGS
from mailboxadmin.store.base import Base
from mailboxadmin.store.tables_watch import RunAllRow
from tests.support.every_form import Found, at_browser, every_form
from tests.support.office import PASSWORD, Office
from tests.support.rows import changed_between, rows_of
from tests.support.sights import Sights
from tests.support.visitor import TOKEN
from tests.support.waiting import wait_for

#: What a person enters, so that the form does what it is for.
ENTERED = {
    "current": PASSWORD,
    "email": "ines.new@example.org",
    "name": "Somebody New",
    "minutes": "30",
    "text": "table.one@example.org, Table One, staff",
    "password": PASSWORD,
    "help_contact": "Grace, extension 12",
    "imap_host": "",
    "smtp_host": "",
    "do": "save_anyway",
}
#: Names that a route reads though they do not stand in the form as it is found: the rest of a
#: form in another state, each of them the sender's own to choose.
ALSO = {
    "auth.setup": {"next"},
    "mail.failed": {"folder", "show", "before"},
    "mail.file": {"folder", "show", "before", "alone"},
    "mail.mark": {"folder", "show", "before", "in", "id", "do", "did", "q"},
    "mail.pictures": {"folder", "show", "before", "in", "do"},
    "mail.undo": {"folder", "show", "before"},
    "mailbox.submit": {*PERSONAL_KEYS, "username", "password", "check_id", "typed"},
    "mailbox.submit_own": {*PERSONAL_KEYS, "username", "password", "check_id", "typed"},
    "oauth.connect": {"mailbox_id", "link"},
    "settings.save": {"send_passwords", "send_to"},
}
#: What an attacker would like to be so; of everything else a number.
WISHED = {
    "role": "Admin",
    "standing": "active",
    "email": "evil@example.org",
    "name": "Evil",
    "password": "a password of somebody evil",
    "is_admin": "yes",
    "host_set_by": "operator",
    "set_by": "operator",
    "actor": "grace@example.org",
    "imap_host": "evil.example.org",
    "remote_addr": "203.0.113.9",
}
WORDS = "admin is_admin actor set_by test save next csrf standing trusted rebind_passwords owner"


def every_name(forms: list[Found]) -> set[str]:
    """Every column, every setting, every control of any form, and words that programs like."""
    columns = {column.name for table in Base.metadata.sorted_tables for column in table.columns}
    controls = {name for each in forms for name in each.form.names}
    return columns | controls | set(SETTINGS) | set(WORDS.split())


def entered(found: Found) -> dict[str, str]:
    """What the person sends who uses the form."""
    plain = {name: text for name, text in found.form.as_it_stands().items() if name != "csrf_token"}
    own = {name: text for name, text in ENTERED.items() if name in plain}
    return {name: text for name, text in (plain | own).items() if name != "file"}


def send(sights: Sights, found: Found, extra: dict[str, str]) -> TestResponse:
    visitor = at_browser(sights, found.who)
    token = TOKEN.search(visitor.get("/login", follow_redirects=True).text)
    assert token, found
    fields = extra | entered(found) | {"csrf_token": token[1]}
    answer = visitor.client.post(found.form.action, data=fields)
    wait_for(lambda: nothing_goes_on(sights.office))
    return answer


def nothing_goes_on(office: Office) -> bool:
    """No run, and no test of all."""
    with office.deps.store.read() as db:
        tests = db.query(RunAllRow).filter_by(finished_at=None).count()
    return not tests and not office.deps.pool.load


def steps(sights: Sights) -> list[Found]:
    """The forms that change something; what ends a person's way comes last."""
    last = ("staff.disable", "auth.logout")
    posts = [each for each in every_form(sights) if each.form.method == "POST"]
    return sorted(posts, key=lambda each: each.endpoint in last)


def extras(found: Found, names: set[str]) -> dict[str, str]:
    read = {*found.form.names, *ALSO.get(found.endpoint, ()), "csrf_token"}
    return {name: WISHED.get(name, "7") for name in names - read}


@pytest.fixture
def twins(
    open_office: Callable[..., Office], instance_copy: Callable[[], Path], dns_stub: NameServer
) -> Iterator[tuple[Sights, Sights]]:
    """Two offices with the same people, mail and moments."""
    nameservers = ((dns_stub.address, dns_stub.port),)
    one = Sights(open_office(nameservers=nameservers))
    other = Sights(open_office(one.office.clock, folder=instance_copy(), nameservers=nameservers))
    yield one, other


def test_fields_that_are_not_in_a_form_change_nothing(twins: tuple[Sights, Sights]):
    plain, rich = twins
    forms, same_forms = steps(plain), steps(rich)
    names, did = every_name(forms), {}
    assert changed_between(rows_of(plain.office), rows_of(rich.office)) == {}
    # Of which there are many, and which few forms change; they are compared at the end.
    few = {"without": "messages"}
    before = rows_of(plain.office, **few)

    for found, same in zip(forms, same_forms, strict=True):
        answers = send(plain, found, {}), send(rich, same, extras(same, names))
        now = rows_of(plain.office, **few)

        assert answers[0].status_code == answers[1].status_code, found.endpoint
        assert changed_between(now, rows_of(rich.office, **few)) == {}, found.endpoint
        did[found.endpoint] = now != before
        before = now

    assert changed_between(rows_of(plain.office), rows_of(rich.office)) == {}
    # Where a form does nothing, that nothing more happens tells little.
    assert sum(did.values()) > 25, did
