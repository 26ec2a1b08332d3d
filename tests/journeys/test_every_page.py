"""Every page there is, for whom it is there: usable by everybody, quiet, and no wider than a phone.

The pages are those of `app.url_map`: a new one is looked at, or said to be none, or this fails.
"""

from collections.abc import Iterable

import pytest
from playwright.sync_api import Page, expect

from mailboxadmin.app import hand_over
from mailboxadmin.domain.people import Role
from mailboxadmin.domain.rehearsal import Moment, Standing
from mailboxadmin.services.mailboxes.repair import make_repair_link
from mailboxadmin.services.staff.invitations import add_and_invite
from tests.support.accessible import faults_of, keyboard_faults_of
from tests.support.rehearsed import StillRehearsal, scene_of
from tests.support.sights import ANNA, DOOR, GRACE, Sights, addresses

#: Pages whose lists are empty in an empty office.
EMPTY = ["/", "/?find=x", "/staff", "/activity?text=nothing&period=day", "/troubleshooting"]


@pytest.fixture
def sights(serve) -> Sights:
    return Sights(serve(scheduler=False))


@pytest.mark.parametrize("email", [GRACE, ANNA])
def test_everybody_can_use_every_page(sights: Sights, open_page, email: str):
    viewer = sights.grace if email == GRACE else sights.anna
    page = open_page(sights.office, email)

    assert faults_at(page, addresses(sights, viewer)) == {}


def test_everybody_can_use_the_pages_before_the_door(serve, open_page):
    office = serve(scheduler=False)
    page = open_page(office)
    before = faults_at(page, [DOOR["auth.setup"]])
    office.admin()
    _, link = add_and_invite(
        office.deps, email=ANNA, name="Anna Keller", role=Role.STAFF, actor=GRACE
    )

    after = faults_at(page, [DOOR["auth.login"], link])
    over = ("auth.invitation", "oauth.result", "oauth.returned", "repair.mend")
    ended = faults_at(page, [DOOR[name] for name in over], status=410)
    missing = faults_at(page, ["/nothing"], status=404)

    assert before | after | ended | missing == {}


def test_everybody_can_use_the_link_that_mends_a_mailbox(sights: Sights, open_page):
    office, anna = sights.office, sights.anna
    link = make_repair_link(office.deps, anna.mailbox_id or 0, actor=GRACE)
    stranger, admin = open_page(office), open_page(office, GRACE)

    open_to_her = faults_at(stranger, [link])
    not_for_grace = faults_at(admin, [link], status=403)
    admin.goto(f"/mailboxes/{anna.mailbox_id}/ask")
    admin.get_by_role("button", name="Make a link for Anna").click()
    expect(admin.get_by_label("The message for a chat")).to_be_visible()
    handed_over = keyboard_faults_of(admin) + faults_of(admin)

    assert open_to_her | not_for_grace == {}
    assert handed_over == []
    assert faults_at(stranger, [link], status=410) == {}


def test_everybody_can_use_the_pages_that_say_why_nothing_was_connected(sights, open_page):
    page = open_page(sights.office, ANNA)
    again = [f"/oauth/returned/outlook/{why}" for why in ("used", "expired")]
    wrong = [f"/oauth/returned/gmail/{why}" for why in ("unknown", "elsewhere", "mixed_up")]

    over = faults_at(page, [*again, DOOR["oauth.result"]], status=410)

    assert over | faults_at(page, wrong, status=400) == {}


@pytest.mark.parametrize("moment", Moment)
def test_everybody_can_use_the_rehearsals_at_every_moment(sights: Sights, open_page, moment):
    mailbox_id, scene = sights.anna.mailbox_id or 0, scene_of("oauth.redirect_mismatch")
    standing = Standing(moment=moment, scene=scene, came=scene.code)
    hand_over(sights.office.app, StillRehearsal(mailbox_id=mailbox_id, standing=standing))
    page = open_page(sights.office, GRACE)

    assert faults_at(page, ["/troubleshooting/rehearsal"]) == {}


def test_an_empty_office_can_be_used_too(serve, open_page):
    office = serve(scheduler=False)
    office.admin()
    page = open_page(office, GRACE)

    assert faults_at(page, EMPTY) == {}


def faults_at(page: Page, addresses: Iterable[str], *, status: int = 200) -> dict[str, list[str]]:
    """The faults of each page that has some."""
    found = {}
    for address in addresses:
        answer = page.goto(address)
        came = [] if answer and answer.status == status else [f"status {answer and answer.status}"]
        found[address] = came + keyboard_faults_of(page) + faults_of(page)
    return {address: faults for address, faults in found.items() if faults}
