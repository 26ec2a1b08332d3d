"""Tokens renewed by several processes at once, and by processes that die or freeze over it.

Each mailbox is renewed once, no refresh token is lost, and nobody waits for the dead.
"""

import os
import signal
import time
from pathlib import Path

import pytest

from mailboxadmin.demo.provider_values import LineFault
from mailboxadmin.domain.activity import COMMAND_LINE, SCHEDULER
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.sign_in import token_lock
from mailboxadmin.services.sign_in.draft import NewConsent
from mailboxadmin.services.sign_in.permission import connect
from mailboxadmin.services.sign_in.tokens import Asking, access_token, refresh_now
from tests.support.log import logged
from tests.support.office import Box
from tests.support.token_office import TokenOffice
from tests.support.token_process import GIVEN, Point, renewing, result_of, task

soak = pytest.mark.soak
rotations = pytest.mark.parametrize("strict", [False, True], ids=["lenient", "strict"])

#: Google keeps its refresh token; Microsoft gives another, and a strict provider ends the old one.
each_shape = pytest.mark.parametrize(
    ("key", "strict"),
    [(AppKey.GMAIL, False), (AppKey.OUTLOOK, False), (AppKey.OUTLOOK, True)],
    ids=["gmail", "outlook", "strict"],
)


def permitted(office: TokenOffice, count: int) -> list[Box]:
    """People who gave their permission; their mail server is not asked."""
    boxes = [office.box() for _ in range(count)]
    for number, box in enumerate(boxes):
        app = list(AppKey)[number % 2]
        consent = NewConsent(app=app, tokens=office.provider.grant(box.account.name, app))
        with office.deps.store.write() as db:
            connect(db, office.deps, box.id, consent, actor=box.person.email)
    return boxes


def renew_from_two_processes(office: TokenOffice, boxes: list[Box], folder: Path) -> float:
    """Each process renews all of them at once; how long the two took."""
    begin = folder / "begin"
    works = [task(office, *(box.id for box in boxes), start=begin) for _ in range(2)]
    processes = [renewing(work) for work in works]
    while len(list(folder.glob("begin.*"))) < len(processes):
        time.sleep(0.01)
    began = time.monotonic()
    begin.touch()
    one, other = (result_of(work, each) for work, each in zip(works, processes, strict=True))

    assert {how for _, how in (*one.values(), *other.values())} == {GIVEN}
    assert one == other
    assert [office.provider.refreshes_of(box.account.name) for box in boxes] == [1] * len(boxes)
    assert {box.id: office.tokens(box)[0] for box in boxes} == {
        box: token for box, (token, _) in one.items()
    }
    return time.monotonic() - began


def still_renew(office: TokenOffice, boxes: list[Box]) -> None:
    """The refresh token that is kept works, twice over."""
    for _ in range(2):
        for box in boxes:
            refresh_now(office.deps, box.id, actor=COMMAND_LINE)
    assert [office.provider.refreshes_of(box.account.name) for box in boxes] == [3] * len(boxes)


@rotations
@pytest.mark.parametrize("count", [20, pytest.param(200, marks=soak)])
def test_two_processes_renew_each_token_once(token_office, tmp_path, strict, count):
    boxes = permitted(token_office, count)
    token_office.provider.manner.strict_rotation = strict
    token_office.office.clock.advance(hours=2)

    seconds = renew_from_two_processes(token_office, boxes, tmp_path)

    print(f"{count} mailboxes, renewed in {seconds:.1f} s")
    still_renew(token_office, boxes)


@each_shape
@pytest.mark.parametrize("times", [1, pytest.param(25, marks=soak)])
def test_a_process_that_is_killed_over_it_loses_no_permission(token_office, key, strict, times):
    ann = token_office.connected(key)
    token_office.provider.manner.strict_rotation = strict
    for point in (*Point,) * times:
        token_office.office.clock.advance(hours=2)
        process = renewing(task(token_office, ann.id, at=point))
        process.join(60)
        assert process.exitcode == -signal.SIGKILL, point

        report = token_office.office.sync(ann)

        assert (report.outcome, report.finding) == (Outcome.OK, None), point
    assert not logged(token_office.office, "oauth.refresh_failed")
    still_works(token_office, ann)


@rotations
@pytest.mark.parametrize("times", [1, pytest.param(50, marks=soak)])
def test_killed_again_and_again_before_anything_is_kept(token_office, strict, times):
    ann = token_office.connected(AppKey.OUTLOOK)
    token_office.provider.manner.strict_rotation = strict
    token_office.office.clock.advance(hours=2)
    for _ in range(3 * times):
        process = renewing(task(token_office, ann.id, at=Point.ANSWERED))
        process.join(60)
        assert process.exitcode == -signal.SIGKILL

    report = token_office.office.sync(ann)

    assert (report.outcome, report.finding) == (Outcome.OK, None)
    assert token_office.provider.refreshes_of(ann.account.name) == 3 * times + 1
    still_works(token_office, ann)


@each_shape
def test_an_answer_that_is_lost_on_the_way_loses_no_permission(token_office, key, strict):
    ann = token_office.connected(key)
    token_office.provider.manner.strict_rotation = strict
    token_office.office.clock.advance(hours=2)
    token_office.provider.fail_next(*[LineFault.LOSE] * 3)

    lost = [token_office.office.sync(ann) for _ in range(3)]
    report = token_office.office.sync(ann)

    assert {each.finding.code for each in lost} == {"oauth.provider_unavailable"}
    assert (report.outcome, report.finding) == (Outcome.OK, None)
    assert token_office.provider.refreshes_of(ann.account.name) == 4
    still_works(token_office, ann)


def still_works(office: TokenOffice, box: Box) -> None:
    """In good order, and the refresh token that is kept is one that the provider takes."""
    assert office.office.state(box) is State.OK
    grant = office.grant(box)
    assert (grant.ended_at, grant.failures) == (None, 0)
    assert office.tokens(box)[1] in office.provider.refresh_tokens_of(box.account.name)
    refresh_now(office.deps, box.id, actor=COMMAND_LINE)


@pytest.mark.parametrize(
    "limit_s", [1.0, pytest.param(token_lock.LOCK_LIMIT_S, marks=soak)], ids=["short", "as it is"]
)
def test_nobody_waits_for_ever_for_a_process_that_is_frozen(token_office, monkeypatch, limit_s):
    monkeypatch.setattr(token_lock, "LOCK_LIMIT_S", limit_s)
    ann = token_office.connected(AppKey.OUTLOOK)
    token_office.office.clock.advance(hours=2)
    frozen = frozen_over(token_office, ann)

    began = time.monotonic()
    report = token_office.office.sync(ann)
    waited = time.monotonic() - began
    frozen.send(signal.SIGCONT)
    after = token_office.office.sync(ann)

    assert report.finding.code == "oauth.provider_unavailable"
    assert report.finding.temporary
    assert limit_s <= waited < limit_s + 10
    assert token_office.grant(ann).ended_at is None
    assert (after.outcome, after.finding) == (Outcome.OK, None)
    assert token_office.provider.refreshes_of(ann.account.name) == 1


def test_a_token_that_is_good_still_serves_while_another_process_is_frozen(
    token_office, monkeypatch
):
    monkeypatch.setattr(token_lock, "LOCK_LIMIT_S", 0.5)
    ann = token_office.connected(AppKey.OUTLOOK)
    token_office.office.clock.advance(minutes=55)
    frozen = frozen_over(token_office, ann)

    report = token_office.office.sync(ann)
    frozen.send(signal.SIGCONT)

    assert (report.outcome, report.finding) == (Outcome.OK, None)


def test_a_frozen_process_that_goes_on_later_spoils_nothing(token_office, monkeypatch):
    monkeypatch.setattr(token_lock, "LOCK_LIMIT_S", 0.5)
    ann = token_office.connected(AppKey.OUTLOOK)
    token_office.office.clock.advance(hours=2)
    frozen = frozen_over(token_office, ann)
    token_office.agree(ann, AppKey.OUTLOOK)

    frozen.send(signal.SIGCONT)
    frozen.process.join(60)
    access, _ = access_token(token_office.deps, ann.id, Asking(actor=SCHEDULER))

    assert token_office.provider.opens(ann.account.name, access)
    assert token_office.office.sync(ann).outcome is Outcome.OK
    still_works(token_office, ann)


class Frozen:
    """A process that holds the lock of a mailbox and does not move."""

    def __init__(self, process) -> None:
        self.process = process

    def send(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)


def frozen_over(office: TokenOffice, box: Box) -> Frozen:
    """Stopped after the provider has answered it, with the lock in hand."""
    before = office.provider.refreshes_of(box.account.name)
    process = renewing(task(office, box.id, at=Point.ANSWERED, with_signal=signal.SIGSTOP))
    end = time.monotonic() + 60
    while office.provider.refreshes_of(box.account.name) == before or not stopped(process.pid):
        assert time.monotonic() < end
        time.sleep(0.02)
    return Frozen(process)


def stopped(pid: int) -> bool:
    """As Linux says it (proc(5))."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
