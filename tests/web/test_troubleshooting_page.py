"""Troubleshooting in a browser: what is broken, whether we are in order, what nobody knows."""

import os
import re
import shutil
import tomllib
from collections import namedtuple
from collections.abc import Callable
from datetime import timedelta

import pytest

from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Fixer, Phase, Scope
from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.checklist import machine
from mailboxadmin.services.checklist.answer import Found
from mailboxadmin.services.trouble import doctor
from mailboxadmin.services.trouble.doctor import CHECKS, Check
from mailboxadmin.services.verdict.findings import finding_for
from mailboxadmin.store.store import DatabaseBusy
from tests.support import states
from tests.support.full_disk import leave_free
from tests.support.office import Office
from tests.support.visitor import Visitor

PAGE = "/troubleshooting"
FILE = "/troubleshooting/answers.toml"


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    office.admin("grace@example.org")
    states.tick(office)
    return at_desk("grace@example.org")


def rows(page: str) -> dict[str, str]:
    """What stands on the page about each check: in a row of what is in order, or by itself."""
    return {
        code: page.split(f'id="check-{code}"')[1].split(' id="')[0].split("</section>")[0]
        for code in CHECKS
        # It has a switch in its place.
        if code != "debug"
    }


def wrong(page: str) -> list[str]:
    """The codes of the checks that are not in order."""
    return re.findall(r'class="wrong" id="check-(\w+)"', page)


def say(office: Office, said: str, *, times: int = 1) -> None:
    """The server of Anna, who is new, says it so often."""
    anna = office.person("anna@example.org")
    facts = Facts(
        phase=Phase.AUTH, happening=Happening.ANSWER_NO, server_said=said, host="imap.gmail.com"
    )
    for _ in range(times):
        finding_for(office.deps, anna.mailbox_id or 0, facts)


def test_it_is_for_admins(office: Office, at_desk, visitor: Visitor):
    office.admin()
    anna = at_desk(office.person("anna@example.org").email)

    for path in (PAGE, FILE):
        assert anna.get(path).status_code == 403
        assert visitor.get(path).location.startswith("/login")
    assert PAGE not in anna.get("/activity").text


def test_an_admin_finds_it_in_the_navigation(grace: Visitor):
    assert f'<a href="{PAGE}">Troubleshooting</a>' in grace.get("/").text
    assert f'href="{PAGE}" class="here" aria-current="page"' in grace.get(PAGE).text


def test_an_office_in_order_says_so_and_why_its_lists_are_empty(grace: Visitor):
    page = grace.get(PAGE).text

    assert "All seven checks are in order." in page
    assert "No mailbox is broken, and none was in the last 24 hours." in page
    assert "Every answer was known." in page
    assert FILE not in page
    assert wrong(page) == [] and "To do:" not in page
    assert all(rows(page).values())


def no_tick_for_minutes(office: Office, _patch: pytest.MonkeyPatch) -> None:
    office.clock.advance(minutes=2)


def nobody_may_write(_office: Office, patch: pytest.MonkeyPatch) -> None:
    access = os.access
    patch.setattr(
        os, "access", lambda path, mode: access(path, mode) and not str(path).endswith(".db")
    )


def key_for_everybody(office: Office, _patch: pytest.MonkeyPatch) -> None:
    (office.deps.instance / "secret.key").chmod(0o644)


def full_disk(_office: Office, patch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    patch.setattr(shutil, "disk_usage", lambda _path: usage(10**10, 10**10, 10**6))


def clock_set_back(office: Office, _patch: pytest.MonkeyPatch) -> None:
    states.tick(office)
    office.clock.advance(minutes=-10)


@pytest.mark.parametrize(
    ("code", "breaks", "says", "to_do"),
    [
        ("scheduler", no_tick_for_minutes, "stands still (last tick <time", "mailboxadmin serve</"),
        ("database", nobody_may_write, "may not be written", "Check who owns"),
        ("key_file", key_for_everybody, "Others on this machine may read", "chmod 600"),
        ("disk", full_disk, "0.0 GB are free", "Make room"),
        ("clock", clock_set_back, "but something was written at <time", "Set the machine"),
    ],
)
def test_each_check_that_is_not_in_order_says_what_to_do(
    office: Office,
    grace: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    breaks: Callable[[Office, pytest.MonkeyPatch], None],
    says: str,
    to_do: str,
):
    breaks(office, monkeypatch)

    page = grace.get(PAGE).text

    broken = rows(page)[code]
    assert says in broken
    assert to_do in broken.split("To do:")[1]
    assert wrong(page) == [code]
    assert "One of seven checks needs attention." in page


def test_a_check_that_another_release_adds_is_shown(
    grace: Visitor, monkeypatch: pytest.MonkeyPatch
):
    found = Found(summary="It is <new>.", fix="Wait `29` days.", word="New")
    added = Check(number=4, title="The moon", ask=lambda _look: found)
    monkeypatch.setitem(doctor.CHECKS, "moon", added)

    page = grace.get(PAGE).text

    assert 'state-act">New<' in page
    assert "It is &lt;new&gt;." in page
    assert "Wait <code>29</code> days." in page


def test_the_page_does_not_read_the_whole_database(grace: Visitor, monkeypatch: pytest.MonkeyPatch):
    def read(_engine: object) -> str:
        raise AssertionError("it takes minutes where there is much mail")

    monkeypatch.setattr(machine, "quick_check", read)

    assert "may be read and written" in rows(grace.get(PAGE).text)["database"]


def test_a_check_that_cannot_ask_says_why(grace: Visitor, monkeypatch: pytest.MonkeyPatch):
    def busy(_look: object) -> Found:
        raise DatabaseBusy("database is locked")

    monkeypatch.setitem(doctor.CHECKS, "clock", Check(number=4, title="The clock", ask=busy))

    page = grace.get(PAGE).text

    row = rows(page)["clock"]
    assert wrong(page) == ["clock"] and "held by another process" in row
    assert "Wait for the other process" in row


def test_what_is_broken_stands_by_its_cause(office: Office, grace: Visitor):
    anna = states.somebody(office, "Anna Keller")
    anna_id = states.put(office, anna, State.NEEDS_ACTION, states.finding())
    soon = office.clock.now() + timedelta(minutes=7)
    down = states.finding(
        "tcp.timeout",
        phase=Phase.TCP,
        scope=Scope.THIS_MACHINE,
        fix_by=Fixer.NOBODY,
        temporary=True,
    )
    for name in ("Ben Okoye", "Cleo Marsh"):
        person = states.somebody(office, name)
        states.put(office, person, State.RETRYING, down, next_attempt_at=soon)

    page = grace.get(PAGE).text

    assert 'state-act">1 mailbox<' in page
    assert "Anna Keller must " in page
    assert f'href="/mailboxes/{anna_id}"' in page
    assert "(Ben Okoye, Cleo Marsh)" in page
    assert "Nobody needs to act: it is tried again by itself <time" in page
    assert page.index("Anna Keller must ") < page.index("Nobody needs to act")
    assert 'href="/#case-tcp.timeout"' in page
    assert 'id="case-tcp.timeout"' in grace.get("/").text


def test_a_full_disk_is_why_nothing_is_checked(
    office: Office, grace: Visitor, at_desk, monkeypatch: pytest.MonkeyPatch
):
    person = states.somebody(office, "Anna Keller")
    states.put(office, person, State.OK)
    anna = at_desk(person.email)
    office.clock.advance(minutes=2)
    leave_free(monkeypatch, 0)

    pages = [grace.get(PAGE).text, grace.get("/").text, anna.get("/mailbox").text]

    assert all("Mailboxes are not being checked: the disk is full." in page for page in pages)
    assert not any("starts Mailbox Admin again" in page for page in pages)
    assert not any("stands still" in page for page in pages)
    folder = str(office.deps.instance)
    assert [folder in page.split('role="alert"')[1] for page in pages] == [True, True, False]
    assert pages[0].index('id="check-disk"') < pages[0].index('id="check-scheduler"')
    assert ": the disk is full. " in pages[1].split("Nothing has been checked since")[1]


def test_the_step_names_the_folder_to_the_admin_alone(office: Office, grace: Visitor, at_desk):
    person = states.somebody(office, "Anna Keller")
    facts = Facts(phase=Phase.LOCAL, happening=Happening.DISK_FULL)
    wrong = finding_for(office.deps, person.mailbox_id or 0, facts)
    mailbox = states.put(office, person, State.RETRYING, wrong, facts=facts)
    states.put(office, states.somebody(office, "Ben Okoye"), State.RETRYING, wrong, facts=facts)
    folder = str(office.deps.instance)

    for_grace = [grace.get(path).text for path in ("/", f"/mailboxes/{mailbox}")]
    for_anna = at_desk(person.email).get(f"/mailboxes/{mailbox}").text

    assert all(f"data ({folder}): old backups" in page for page in for_grace)
    assert "data (the instance folder): old backups" in for_anna and folder not in for_anna


def test_answers_that_nobody_knows_are_counted_and_given_out(office: Office, grace: Visitor):
    say(office, "[MOONPHASE] <b>Not now</b>, anna@example.org", times=3)

    page, file = grace.get(PAGE).text, grace.get(FILE)

    assert '<td class="num" data-label="times">3</td>' in page
    assert "[MOONPHASE]" in page
    assert '<th scope="col" class="wide">Step</th>' in page
    assert ">Sign-in <" in page
    assert "&lt;b&gt;Not now" in page and "&lt;address&gt;" in page
    assert "anna@example.org" not in page.split('aria-label="Answers that nobody knows"')[1]
    assert f'href="{FILE}"' in page
    assert file.content_type == "application/toml"
    assert "filename=answers.toml" in file.headers["Content-Disposition"]
    [row] = tomllib.loads(file.text)["row"]
    assert row["response_code"] == "MOONPHASE"


def test_of_many_the_page_shows_the_most_frequent(office: Office, grace: Visitor):
    anna = office.person("anna@example.org")
    for number in range(25):
        facts = Facts(
            phase=Phase.AUTH, happening=Happening.ANSWER_NO, server_said=f"Moon {number} is new"
        )
        for _ in range(2 if number == 24 else 1):
            finding_for(office.deps, anna.mailbox_id or 0, facts)

    page = grace.get(PAGE).text

    assert page.count(" is new</td>") == 20
    assert "Moon 24 is new" in page
    assert "And 5 more, in the download." in page
    assert len(tomllib.loads(grace.get(FILE).text)["row"]) == 25
