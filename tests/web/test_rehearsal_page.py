"""*Rehearsal*: there in the sample office alone; a click plays a finding, another ends it."""

import pytest

from mailboxadmin.app import hand_over
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.rehearsal import Moment, Standing
from mailboxadmin.services.overview.board import mailbox
from tests.support import states
from tests.support.office import Office
from tests.support.rehearsed import StillRehearsal, scene_of
from tests.support.rehearsing import GRACE, SampleOffice, sample_office
from tests.support.visitor import Visitor
from tests.support.waiting import wait_for

__all__ = ["sample_office"]

PAGE = "/troubleshooting/rehearsal"
FOLLOWS_ITSELF = 'hx-trigger="every 1s"'


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    office.admin(GRACE)
    states.tick(office)
    return at_desk(GRACE)


@pytest.fixture
def still(office: Office) -> StillRehearsal:
    """The office is a sample office, in which nothing is played yet."""
    rosa = states.put(office, states.somebody(office, "Rosa Prova"), State.OK)
    rehearsal = StillRehearsal(mailbox_id=rosa)
    hand_over(office.app, rehearsal)
    return rehearsal


def test_outside_the_sample_office_there_is_no_such_page_and_no_link(grace: Visitor):
    pages = [grace.get(path).text for path in ("/", "/troubleshooting", "/settings")]

    assert grace.get(PAGE).status_code == 404
    for path in (f"{PAGE}/play/tcp.refused", f"{PAGE}/end"):
        assert grace.post(path, form_at="/troubleshooting").status_code == 404
    assert not any("earsal" in page for page in pages)


def test_it_needs_a_click_with_a_token_and_an_admin(
    office: Office, still: StillRehearsal, grace: Visitor, at_desk
):
    anna = at_desk(office.person("anna@example.org").email)

    assert anna.get(PAGE).status_code == 403
    for path in (f"{PAGE}/play/tcp.refused", f"{PAGE}/end"):
        assert grace.get(path).status_code == 405
        assert grace.post_without_token(path).status_code == 400
        assert anna.post(path, form_at="/password").status_code == 403
    assert still.standing.moment is Moment.REST


def test_every_finding_has_a_line_and_what_can_be_played_a_button(
    still: StillRehearsal, grace: Visitor
):
    page = grace.get(PAGE).text

    assert f'href="{PAGE}"' in grace.get("/troubleshooting").text
    assert all(f'id="{scene.code}"' in page for scene in still.scenes)
    buttons = {scene.code for scene in still.scenes if f"/play/{scene.code}" in page}
    assert buttons == {scene.code for scene in still.scenes if scene.playable}
    assert page.count("Cannot be rehearsed here.") == len(still.scenes) - len(buttons)


def test_while_it_begins_the_page_fetches_itself(still: StillRehearsal, grace: Visitor):
    assert FOLLOWS_ITSELF not in grace.get(PAGE).text

    answer = grace.post(f"{PAGE}/play/tcp.refused", form_at=PAGE)

    assert answer.location == PAGE
    assert FOLLOWS_ITSELF in grace.get(PAGE).text
    part = grace.get(PAGE, headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith("<div") and "The rehearsal begins" in part


def test_a_page_that_was_open_too_long_cannot_play_what_is_not_there(
    sample_office: SampleOffice,
):
    grace = signed_in(sample_office)

    assert grace.post(f"{PAGE}/play/notify.ping_failed", form_at=PAGE).status_code == 404
    assert grace.post(f"{PAGE}/play/nothing", form_at=PAGE).status_code == 404


@pytest.mark.parametrize(
    ("came", "trouble", "words"),
    [
        ("tcp.refused", "", "It stands on the board and on the page of Ben"),
        ("tcp.timeout", "", "Something else came of it than was promised."),
        (None, "", "The sync found nothing wrong,"),
        (None, "OSError: no such thing", "It was not played to its end."),
    ],
)
def test_what_came_of_it_is_told_truly(
    office: Office, still: StillRehearsal, grace: Visitor, came, trouble, words
):
    broken = states.finding("tcp.refused")
    still.mailbox_id = states.put(office, states.somebody(office, "Ben"), State.RETRYING, broken)
    still.standing = Standing(
        moment=Moment.STANDS, scene=scene_of("tcp.refused"), came=came, trouble=trouble
    )

    page = grace.get(PAGE).text

    assert "This is a rehearsal." in page
    assert words in page
    assert FOLLOWS_ITSELF not in page


@pytest.mark.parametrize("code", ["auth.app_password_required", "oauth.grant_expired"])
def test_a_click_plays_it_in_earnest_and_another_mends_it(sample_office: SampleOffice, code: str):
    grace, rehearsal = signed_in(sample_office), sample_office.rehearsal
    grace.post(f"{PAGE}/play/{code}", form_at=PAGE)
    wait_for(lambda: not rehearsal.standing.busy)
    shown = [grace.get(path).text for path in (PAGE, f"/mailboxes/{rehearsal.mailbox_id}", "/")]

    grace.post(f"{PAGE}/end", form_at=PAGE)
    wait_for(lambda: not rehearsal.standing.busy)

    assert all(code in page for page in shown[:2])
    assert "Rosa" in shown[2]
    assert mailbox(sample_office.deps, rehearsal.mailbox_id).state is State.OK
    assert "Every finding of a mailbox can be rehearsed." in grace.get(PAGE).text


def signed_in(office: SampleOffice) -> Visitor:
    """Grace, at a browser."""
    grace = Visitor(office.app)
    password = next(each.sign_in_password for each in office.people if each.email == GRACE)
    assert grace.sign_in(GRACE, password).status_code == 302
    return grace
