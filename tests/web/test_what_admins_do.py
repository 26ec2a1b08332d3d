"""What an admin does with somebody's mailbox stands in its log, where its owner reads it."""

import sqlite3
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from mailboxadmin.demo.name_server import NameServer
from mailboxadmin.domain.activity import Code
from mailboxadmin.domain.mailbox import State
from mailboxadmin.store.tables import ActivityRow, MailboxRow, RunRow
from tests.support.every_form import Found, at_browser, every_form
from tests.support.log import logged
from tests.support.office import Office
from tests.support.sights import ANNA, GRACE, Sights
from tests.support.states import finding, put
from tests.support.visitor import TOKEN

#: Every route about one person or mailbox that an admin may post to, and what the log then has.
LOGGED = {
    "certificate.end": "certificate.untrusted",
    "certificate.trust": "certificate.trusted",
    "debug.delete": "debug.deleted",
    "debug.delete_theirs": "debug.deleted",
    "mailbox.submit": "check.finished",
    "mailboxes.link": "mailbox.link_made",
    "mailboxes.pause": "mailbox.paused",
    "mailboxes.resume": "mailbox.resumed",
    "mailboxes.sync": "sync.",
    "oauth.end": "oauth.disconnected",
    "staff.change": "staff.changed",
    "staff.disable": "staff.disabled",
    "staff.enable": "staff.enabled",
    "staff.invite": "staff.password_link_made",
}
#: Written when the run ends, with who stopped it; see test_sync_now.py.
LATER = {"mailboxes.cancel"}
#: Nobody is left who could read it; the office's log has one line, see test_leaving.py.
GONE = {"staff.delete"}
#: What an admin reads that says more than how the mailbox is, and hands it out.
READ = {"debug.recording", "debug.download"}
#: State and settings, which admins see of everybody, and forms that are in `LOGGED` once sent.
SEEN = {
    "certificate.index",
    "certificate.stop",
    "debug.recordings",
    "mailbox.config",
    "mailbox.progress",
    "mailboxes.ask",
    "mailboxes.detail",
    "mailboxes.progress",
    "oauth.ask",
    "staff.change",
    "staff.delete",
    "staff.disable",
}
ENTERED = {"staff.change": {"name": "Anna K", "role": "Admin"}, "mailbox.submit": {"username": "a"}}


@pytest.fixture
def sights(open_office: Callable[..., Office], dns_stub: NameServer) -> Sights:
    """An office with something of everything, in which no run goes on."""
    sights = Sights(open_office(nameservers=((dns_stub.address, dns_stub.port),)))
    with sights.office.deps.store.write() as db:
        for run in db.query(RunRow).filter_by(finished_at=None):
            run.finished_at, run.outcome = sights.office.clock.now(), "partial"
    return sights


def last_entry(office: Office) -> int:
    with office.deps.store.read() as db:
        return db.scalar(select(func.max(ActivityRow.id))) or 0


def written_by_grace(office: Office, since: int, mailbox_id: int) -> list[ActivityRow]:
    with office.deps.store.read() as db:
        query = select(ActivityRow).where(ActivityRow.id > since, ActivityRow.actor == GRACE)
        return list(db.scalars(query.where(ActivityRow.mailbox_id == mailbox_id)))


def acts(sights: Sights) -> Iterator[Found]:
    """The admin's forms about others: what shuts somebody out comes last."""
    found = [each for each in every_form(sights) if each.endpoint in LOGGED and each.who == GRACE]
    order = {"mailboxes.link": -2, "mailboxes.sync": -1, "staff.disable": 1}
    for each in sorted(found, key=lambda each: order.get(each.endpoint, 0)):
        if each.endpoint == "debug.delete_theirs":
            sights.record()
        yield each


def test_every_act_of_an_admin_is_in_the_log_of_the_mailbox(sights: Sights):
    grace, silent = at_browser(sights, GRACE), {}
    token = TOKEN.search(grace.get("/account").text)
    assert token
    for found in acts(sights):
        since = last_entry(sights.office)
        fields = found.form.as_it_stands() | ENTERED.get(found.endpoint, {})
        grace.client.post(found.form.action, data=fields | {"csrf_token": token[1]})
        sights.office.let_runs_end()
        sights.office.let_checks_end()
        codes = [row.code for row in written_by_grace(sights.office, since, about(sights, found))]
        if not any(code.startswith(LOGGED[found.endpoint]) for code in codes):
            silent[found.endpoint, found.form.action] = codes

    assert silent == {}


def about(sights: Sights, found: Found) -> int:
    """The mailbox that a form is about."""
    _, kind, number, *_ = found.form.action.split("/")
    if kind == "mailboxes":
        return int(number)
    with sights.office.deps.store.read() as db:
        return db.scalars(select(MailboxRow.id).where(MailboxRow.staff_id == int(number))).one()


def about_somebody(office: Office, method: str) -> set[str]:
    return {
        rule.endpoint
        for rule in office.app.url_map.iter_rules()
        if {"mailbox_id", "staff_id"} & rule.arguments and method in (rule.methods or ())
    }


def test_every_route_about_somebody_is_looked_at(office: Office):
    assert about_somebody(office, "POST") == set(LOGGED) | LATER | GONE
    assert about_somebody(office, "GET") == READ | SEEN


@pytest.mark.parametrize("rest", ["", "/text"])
def test_a_recording_that_an_admin_reads_is_in_the_log_of_the_mailbox(sights: Sights, rest: str):
    grace, anna = at_browser(sights, GRACE), at_browser(sights, ANNA)
    page = f"/mailboxes/{sights.anna.mailbox_id}/recordings/{sights.recording}{rest}"

    answer = grace.get(page)

    assert "LOGIN ••••" in answer.text
    (entry,) = logged(sights.office, Code.DEBUG_READ)
    assert (entry.actor, entry.mailbox_id) == (GRACE, sights.anna.mailbox_id)
    assert entry.detail == {"recording": sights.recording}
    assert f"The recording {sights.recording} was read" in anna.get("/activity").text


def test_a_recording_that_is_read_again_within_an_hour_is_one_entry_with_a_count(sights: Sights):
    grace, page = at_browser(sights, GRACE), f"/mailboxes/{sights.anna.mailbox_id}/recordings/"
    other = sights.record()

    for name in (sights.recording, sights.recording, other):
        grace.get(page + name)
        sights.office.clock.advance(minutes=20)
    sights.office.clock.advance(minutes=21)
    grace.get(page + sights.recording)

    entries = logged(sights.office, Code.DEBUG_READ)
    read = [(entry.detail["recording"], entry.times) for entry in entries]
    assert read == [(sights.recording, 2), (other, 1), (sights.recording, 1)]


def test_the_own_recording_is_read_without_an_entry(sights: Sights):
    at_browser(sights, ANNA).get(
        f"/mailboxes/{sights.anna.mailbox_id}/recordings/{sights.recording}"
    )

    assert logged(sights.office, Code.DEBUG_READ) == []


def test_a_recording_is_not_shown_while_that_cannot_be_logged(
    sights: Sights, monkeypatch: pytest.MonkeyPatch
):
    grace = at_browser(sights, GRACE)
    monkeypatch.setattr("mailboxadmin.services.debug.recording_opened.repeat_entry", no_room)

    answer = grace.get(f"/mailboxes/{sights.anna.mailbox_id}/recordings/{sights.recording}")

    assert answer.status_code == 503
    assert "LOGIN" not in answer.text


def no_room(*_: object) -> int:
    raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))


def test_the_owner_reads_it_under_activity(office: Office, at_desk):
    office.admin(GRACE)
    anna = office.person("anna@example.org")
    put(office, anna, State.NEEDS_ACTION, finding())
    grace, page = at_desk(GRACE), f"/mailboxes/{anna.mailbox_id}"

    grace.post(f"{page}/pause", form_at=page)
    grace.post(f"/staff/{anna.id}/invite", form_at=f"/staff/{anna.id}")

    log = at_desk(anna.email).get("/activity").text
    assert "Paused." in log and "chooses another password" in log
    assert log.count(GRACE) >= 2
