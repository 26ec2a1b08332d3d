"""When the link in which an owner mends a mailbox is over, and what it says then."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mailboxadmin.services.mailboxes import configure
from mailboxadmin.services.mailboxes.repair import make_repair_link, open_repair, repair
from mailboxadmin.services.mailboxes.repair_links import PURPOSE, Over, RepairEnded
from mailboxadmin.services.overview.asking import read_asking
from mailboxadmin.services.signed_links import sign
from mailboxadmin.services.staff import people
from mailboxadmin.store.restore import forget_the_moment
from tests.support.asked import ADMIN, NEW_PASSWORD, lock_out, nonce_of, token_for
from tests.support.dovecot import Dovecot
from tests.support.log import logged
from tests.support.office import Box, Office


@pytest.fixture
def ann(office: Office, dovecot: Dovecot) -> Box:
    return lock_out(office, dovecot)


def over(office: Office, token: str) -> RepairEnded:
    """Why it is over, which is so for who looks and for who enters something."""
    with pytest.raises(RepairEnded) as looked:
        open_repair(office.deps, token)
    with pytest.raises(RepairEnded) as tried:
        repair(office.deps, token, NEW_PASSWORD)
    assert looked.value.over is tried.value.over
    return looked.value


def test_it_works_once(office: Office, ann: Box):
    token = token_for(office, ann)
    repair(office.deps, token, NEW_PASSWORD)

    assert over(office, token).over is Over.USED
    assert len(logged(office, "mailbox.link_used")) == 1


def test_it_ends_after_three_days(office: Office, ann: Box):
    token = token_for(office, ann)

    office.clock.advance(days=3)
    still = open_repair(office.deps, token)
    office.clock.advance(seconds=1)

    assert still.address == ann.person.email
    assert over(office, token).over is Over.EXPIRED


def test_another_link_ends_the_earlier_one(office: Office, ann: Box):
    earlier, later = token_for(office, ann), token_for(office, ann)

    assert over(office, earlier).over is Over.REPLACED
    assert open_repair(office.deps, later)


def test_an_earlier_one_stays_replaced_when_the_later_was_used(office: Office, ann: Box):
    earlier = token_for(office, ann)
    office.clock.advance(minutes=1)
    repair(office.deps, token_for(office, ann), NEW_PASSWORD)

    assert over(office, earlier).over is Over.REPLACED


def test_whoever_is_deactivated_has_no_link_even_when_they_are_back(office: Office, ann: Box):
    token = token_for(office, ann)

    people.disable_person(office.deps, ann.person.id, actor=ADMIN)
    away = over(office, token)
    people.enable_person(office.deps, ann.person.id, actor=ADMIN)

    assert away.over is Over.GONE
    assert over(office, token).over is Over.REPLACED
    asking = read_asking(office.deps, ann.id)
    assert asking is not None and asking.link is None


def test_when_it_was_mended_otherwise_it_says_since_when_it_works(
    office: Office, ann: Box, dovecot: Dovecot
):
    token = token_for(office, ann)
    dovecot.change_password(ann.account, ann.account.password)
    office.clock.advance(minutes=7)
    office.sync(ann)
    mended_at = office.clock.now()
    office.clock.advance(minutes=7)
    office.sync(ann)

    ended = over(office, token)

    assert (ended.over, ended.works_since) == (Over.MENDED, mended_at)


def test_it_does_not_come_back_with_the_next_fault(office: Office, ann: Box, dovecot: Dovecot):
    token = token_for(office, ann)
    dovecot.change_password(ann.account, ann.account.password)
    office.clock.advance(minutes=7)
    office.sync(ann)
    dovecot.change_password(ann.account, NEW_PASSWORD)
    office.clock.advance(minutes=7)
    office.sync(ann)

    assert over(office, token).over is Over.EARLIER
    asking = read_asking(office.deps, ann.id)
    assert asking is not None and asking.link is not None and not asking.link.open


@pytest.mark.parametrize("damage", ["", "x", "WzEsIm4iXQ.aaaaaa.bbbbbb", "ä", "a.b.c.d"])
def test_what_is_no_link_of_ours_is_refused(office: Office, ann: Box, damage: str):
    token_for(office, ann)

    assert over(office, damage).over is Over.UNREADABLE


def test_every_letter_of_a_link_counts(office: Office, ann: Box):
    token = token_for(office, ann)
    # The last letter of each part may hold bits that say nothing.
    for index in range(0, len(token) - 2, 5):
        other = "A" if token[index] != "A" else "B"
        with pytest.raises(RepairEnded):
            open_repair(office.deps, token[:index] + other + token[index + 1 :])

    assert open_repair(office.deps, token)


def test_a_nonce_opens_no_other_mailbox_and_no_other_purpose(
    office: Office, ann: Box, dovecot: Dovecot
):
    bob = lock_out(office, dovecot)
    token_for(office, bob)
    token_for(office, ann)
    nonce = nonce_of(office, ann) or ""

    assert over(office, sign(office.deps, PURPOSE, bob.id, nonce)).over is Over.REPLACED
    assert over(office, sign(office.deps, "invitations", ann.id, nonce)).over is Over.UNREADABLE


def test_no_link_comes_back_with_a_backup(office: Office, ann: Box):
    token = token_for(office, ann)

    with office.deps.store.write() as db:
        forget_the_moment(db, office.clock.now())

    assert over(office, token).over is Over.REPLACED


def test_of_two_tries_at_once_one_wins(office: Office, ann: Box, monkeypatch):
    token = token_for(office, ann)
    both_green, check = threading.Barrier(2), configure.check_plan

    def check_and_wait(*args, **options):
        result = check(*args, **options)
        both_green.wait(timeout=60)
        return result

    monkeypatch.setattr(configure, "check_plan", check_and_wait)
    with ThreadPoolExecutor(2) as two:
        tries = [two.submit(outcome, office, token) for _ in range(2)]
        ends = [each.result(timeout=60) for each in tries]

    assert sorted(ends) == ["saved", Over.USED]
    assert len(logged(office, "mailbox.link_used")) == 1
    assert len(logged(office, "mailbox.configured")) == 2


def outcome(office: Office, token: str) -> str:
    try:
        repair(office.deps, token, NEW_PASSWORD)
    except RepairEnded as ended:
        return ended.over
    return "saved"


def test_what_the_admin_is_told_of_the_link(office: Office, ann: Box):
    def told():
        asking = read_asking(office.deps, ann.id)
        return None if asking is None else asking.link

    before = told()
    make_repair_link(office.deps, ann.id, actor=ADMIN)
    made = told()
    office.clock.advance(days=4)
    later = told()

    assert before is None
    assert made is not None and (made.made_by, made.used, made.open) == (ADMIN, False, True)
    assert later is not None and (later.used, later.open) == (False, False)
