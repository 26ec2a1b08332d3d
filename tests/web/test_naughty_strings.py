"""Every field of every form, and every parameter of every page, takes whatever is typed."""

import gc
import random
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from mailboxadmin.demo.name_server import NameServer
from mailboxadmin.web import limits
from tests.support.every_form import Found, at_browser, every_form
from tests.support.naughty import STRINGS
from tests.support.office import Office
from tests.support.sights import GRACE, Sights, addresses
from tests.support.visitor import TOKEN, Visitor

#: What pages read out of an address, and some that none does.
PARAMETERS = (
    "after as at attachment before case code did days encryption every find fingerprint folder "
    "from id in key level mailbox next page period q show signs subject test text to "
    "unread view window"
).split()
#: Of each, when all are in one address: a longer one is refused by the server (256 KB, waitress)
#: before any page sees it.
LONGEST_QUOTED = 250_000 // len(PARAMETERS)
#: Texts that stand in an address, in the place of <>.
PLACES = (
    "/account/sessions/<>",
    "/invitation/<>",
    "/repair/<>",
    "/oauth/returned/gmail/<>",
    "/oauth/result/<>",
    "/mail/<>",
    "/staff/<>",
    "/mailboxes/<>",
    "/mailboxes/1/recordings/<>",
    "/mailboxes/1/recordings/<>/text",
    "/mailboxes/8/certificate/stop/<>/<>",
    "/static/<>",
    "/<>",
)


@pytest.fixture
def sights(open_office: Callable[..., Office], dns_stub: NameServer) -> Iterator[Sights]:
    """An office with something of everything, in which every name is looked up and not there."""
    sights = Sights(open_office(nameservers=((dns_stub.address, dns_stub.port),)))
    # As `serve` does: else a third of the time goes into looking for garbage where there is none.
    gc.collect()
    gc.freeze()
    yield sights
    gc.unfreeze()


def faults(answer: TestResponse) -> list[str]:
    """A fault of ours, or markup that came back as markup."""
    found = [answer.status] if answer.status_code >= 500 else []
    if answer.mimetype == "text/html" and "<script>alert(4711)" in answer.text:
        found.append("a script came back")
    return found


def send(found: Found, visitor: Visitor, token: str, fields: dict[str, str]) -> TestResponse:
    # So many refused tries would close the door before the last of them.
    limits.limiter.reset()
    if found.form.method == "GET":
        return visitor.get(found.form.action, query_string=fields)
    return visitor.post_without_token(found.form.action, csrf_token=token, **fields)


def token_of(visitor: Visitor) -> str:
    """A token for all forms of one browser, from any page that has one."""
    page = visitor.get("/login", follow_redirects=True)
    token = TOKEN.search(page.text)
    assert token, page.status
    return token[1]


def some(number: int | None) -> list[str]:
    """As many of the strings as are wanted, other ones each time; all when it is None."""
    return list(STRINGS) if number is None else random.sample(STRINGS, number)


HOW_MANY = [pytest.param(None, marks=pytest.mark.soak, id="all"), pytest.param(2, id="some")]


@pytest.mark.parametrize("number", HOW_MANY)
def test_no_field_of_any_form_breaks_a_page(sights: Sights, number: int | None):
    broken, sent, forms = {}, 0, every_form(sights)
    for found in forms:
        visitor = at_browser(sights, found.who)
        token, plain = token_of(visitor), found.form.as_it_stands() | {"csrf_token": ""}
        del plain["csrf_token"]
        for name in found.form.names:
            for text in some(number):
                wrong = faults(send(found, visitor, token, plain | {name: text}))
                sent += 1
                if wrong:
                    broken[found.endpoint, name, text[:60]] = wrong
            sights.office.let_runs_end()

    assert broken == {}
    assert sent > 200
    # A form that nobody finds by looking stands in `every_form.HIDDEN`.
    assert {each.endpoint for each in forms if each.form.method == "POST"} == takers(sights)


@pytest.mark.parametrize("number", HOW_MANY)
def test_nothing_in_an_address_breaks_a_page(sights: Sights, number: int | None):
    broken = {}
    for viewer in (sights.grace, sights.anna):
        visitor = at_browser(sights, viewer.email)
        paths = list(addresses(sights, viewer))
        for path in paths if number is None else random.sample(paths, 15):
            for text in some(number):
                wrong = faults(visitor.get(path, query_string=in_each(text)))
                if wrong:
                    broken[path, text[:60]] = wrong

    assert broken == {}


@pytest.mark.parametrize("number", HOW_MANY)
def test_no_text_in_the_place_of_a_name_breaks_a_page(sights: Sights, number: int | None):
    visitor = at_browser(sights, GRACE)

    broken = {
        (place, text[:60]): wrong
        for place in PLACES
        for text in some(None if number is None else 8)
        if (wrong := faults(visitor.get(place.replace("<>", quoted(text)))))
    }

    assert broken == {}


def takers(sights: Sights) -> set[str]:
    """Every endpoint that takes a form."""
    rules = sights.office.app.url_map.iter_rules()
    return {rule.endpoint for rule in rules if "POST" in (rule.methods or ())}


def in_each(text: str) -> dict[str, str]:
    """Every parameter with that text, or as much of its beginning as an address has room for."""
    while len(quote(text, safe="")) > LONGEST_QUOTED:
        text = text[: len(text) // 2]
    return dict.fromkeys(PARAMETERS, text)


def quoted(text: str) -> str:
    """As it stands in an address, slashes too; an address is no longer than a server takes."""
    return quote(text[:2000], safe="")
