"""Every form of an office, found as a person finds it: by opening every page that they may see."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailboxadmin.domain.people import Role
from mailboxadmin.services.mailboxes.repair import make_repair_link
from mailboxadmin.services.staff.invitations import add_and_invite
from mailboxadmin.services.staff.people import disable_person
from tests.support.forms import Form, forms_of
from tests.support.sights import ANNA, GRACE, Sights, addresses
from tests.support.states import somebody
from tests.support.visitor import Visitor

HUGO = "hugo@example.org"


@dataclass(frozen=True, slots=True)
class Found:
    """A form, and who has it before them."""

    endpoint: str
    #: An address; empty for somebody who is not signed in.
    who: str
    form: Form


#: Forms that are there only while something goes on: who, endpoint, path, fields.
HIDDEN = (
    (GRACE, "board.try_again", "/try-again", {"case": ["x"]}),
    (GRACE, "troubleshooting.stop", "/troubleshooting/stop", {}),
    (GRACE, "rehearsal.end", "/troubleshooting/rehearsal/end", {}),
    (ANNA, "mail.failed", "/mail/failed", {"do": ["again", "dismiss"], "id": ["1"]}),
    (ANNA, "mail.file", "/mail/file", {"do": ["archive", "flag"], "id": ["1"], "to": ["INBOX"]}),
    (ANNA, "mail.undo", "/mail/undo/1", {}),
    ("", "auth.setup", "/setup", {"code": [""], "name": [""], "email": [""], "password": [""]}),
)


def at_browser(sights: Sights, who: str) -> Visitor:
    """That person, at a browser of their own."""
    visitor = Visitor(sights.office.app)
    if who:
        visitor.sign_in(who)
    return visitor


def every_form(sights: Sights) -> list[Found]:
    """One of each kind: of those that lead to one route with the same names, the first."""
    kinds: dict[tuple[str, str, tuple[str, ...]], Found] = {}
    for found in [*_on_pages(sights), *_hidden()]:
        kinds.setdefault((found.endpoint, found.form.method, tuple(found.form.names)), found)
    return sorted(kinds.values(), key=lambda each: (each.endpoint, each.form.names))


def _on_pages(sights: Sights) -> Iterator[Found]:
    adapter = sights.office.app.url_map.bind("localhost")
    visitors: dict[str, Visitor] = {}
    for who, path in [*_visits(sights), *_of_strangers(sights)]:
        visitor = visitors.get(who) or visitors.setdefault(who, at_browser(sights, who))
        for form in forms_of(visitor.get(path).text, path):
            if form.method in ("GET", "POST"):
                yield Found(adapter.match(form.action, method=form.method)[0], who, form)


def _visits(sights: Sights) -> Iterator[tuple[str, str]]:
    disabled = somebody(sights.office, "Zoe")
    disable_person(sights.office.deps, disabled.id, actor=GRACE)
    yield GRACE, f"/staff/{disabled.id}"
    yield HUGO, "/oauth/disconnect"
    for viewer in (sights.grace, sights.anna):
        for path in addresses(sights, viewer):
            yield viewer.email, path


def _of_strangers(sights: Sights) -> Iterator[tuple[str, str]]:
    deps, new = sights.office.deps, "new@example.org"
    _, invitation = add_and_invite(deps, email=new, name="New", role=Role.STAFF, actor=GRACE)
    mending = make_repair_link(deps, sights.anna.mailbox_id or 0, actor=GRACE)
    for link in (invitation, mending, f"{deps.base_url}/login"):
        yield "", link.removeprefix(deps.base_url)


def _hidden() -> Iterator[Found]:
    for who, endpoint, path, fields in HIDDEN:
        yield Found(endpoint, who, Form(action=path, method="POST", fields=dict(fields)))
