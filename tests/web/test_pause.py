"""Pausing and resuming a mailbox by its buttons."""

from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.overview.board import mailbox
from mailboxadmin.services.staff import people
from tests.support import states
from tests.support.office import Office


def test_the_owner_pauses_and_resumes(office: Office, at_desk):
    office.admin()
    box = states.put(office, states.somebody(office, "Anna"), State.OK)
    anna = at_desk("anna@example.org")

    anna.post(f"/mailboxes/{box}/pause", form_at=f"/mailboxes/{box}")
    paused = mailbox(office.deps, box).state
    page = anna.get(f"/mailboxes/{box}").text
    anna.post(f"/mailboxes/{box}/resume", form_at=f"/mailboxes/{box}")

    assert paused is State.PAUSED
    assert "not checked until someone resumes it" in page
    assert ">Resume<" in page and ">Pause<" not in page and ">Sync now<" not in page
    assert mailbox(office.deps, box).state is State.OK


def test_the_board_offers_to_resume_what_is_paused(office: Office, at_desk):
    office.admin("grace@example.org")
    states.put(office, states.somebody(office, "Anna"), State.PAUSED)

    page = at_desk("grace@example.org").get("/").text

    assert ">Resume<" in page and ">Sync now<" not in page


def test_a_mailbox_that_is_not_connected_says_so(office: Office, at_desk):
    office.admin("grace@example.org")
    anna = states.somebody(office, "Anna")
    grace = at_desk("grace@example.org")

    grace.post(f"/mailboxes/{anna.mailbox_id}/pause", form_at="/password")

    assert "not connected yet: there is nothing to pause" in grace.get("/").text


def test_it_takes_a_form_a_token_and_the_right_person(office: Office, at_desk):
    office.admin()
    box = states.put(office, states.somebody(office, "Anna"), State.OK)
    states.somebody(office, "Ben")
    anna, ben = at_desk("anna@example.org"), at_desk("ben@example.org")

    assert anna.get(f"/mailboxes/{box}/pause").status_code == 405
    assert anna.post_without_token(f"/mailboxes/{box}/pause").status_code == 400
    assert ben.post(f"/mailboxes/{box}/pause", form_at="/password").status_code == 404
    assert mailbox(office.deps, box).state is State.OK


def test_what_a_deactivated_person_has_is_not_resumed_and_the_admin_reads_why(office, at_desk):
    office.admin("grace@example.org")
    anna = states.somebody(office, "Anna")
    box = states.put(office, anna, State.OK)
    people.disable_person(office.deps, anna.id, actor="grace@example.org")
    grace = at_desk("grace@example.org")

    grace.post(f"/mailboxes/{box}/resume", form_at=f"/mailboxes/{box}")

    assert "is deactivated; reactivate them first" in grace.get(f"/mailboxes/{box}").text
    assert mailbox(office.deps, box).state is State.PAUSED
