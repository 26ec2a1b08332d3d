"""A mailbox rests and is checked again."""

import pytest

from mailboxadmin.domain.errors import InvalidInput, NotFound
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.services.mailboxes.pausing import pause_mailbox, resume_mailbox
from mailboxadmin.services.overview import board
from mailboxadmin.services.staff import people
from mailboxadmin.services.work.runs import begin_run, held, read_progress
from mailboxadmin.store.tables import MailboxRow
from tests.support import states
from tests.support.dovecot import Dovecot
from tests.support.log import logged
from tests.support.office import Office

ACTOR = "grace@example.org"


@pytest.mark.parametrize(
    ("state", "temporary"),
    [(State.OK, None), (State.RETRYING, True), (State.NEEDS_ACTION, False)],
)
def test_what_was_known_before_the_pause_is_known_after_it(office: Office, state, temporary):
    wrong = None if temporary is None else states.finding(temporary=temporary)
    mailbox_id = states.put(office, states.somebody(office, "Anna"), state, wrong)

    pause_mailbox(office.deps, mailbox_id, actor=ACTOR)
    paused = board.mailbox(office.deps, mailbox_id)
    resume_mailbox(office.deps, mailbox_id, actor=ACTOR)
    resumed = board.mailbox(office.deps, mailbox_id)

    assert (paused.state, paused.next_attempt_at) == (State.PAUSED, None)
    assert (resumed.state, resumed.next_attempt_at) == (state, office.clock.now())
    assert resumed.finding == wrong


def test_each_is_logged_once(office: Office):
    mailbox_id = states.put(office, states.somebody(office, "Anna"), State.OK)

    for change in (pause_mailbox, pause_mailbox, resume_mailbox, resume_mailbox):
        change(office.deps, mailbox_id, actor=ACTOR)

    assert [entry.actor for entry in logged(office, "mailbox.paused")] == [ACTOR]
    assert [entry.mailbox_id for entry in logged(office, "mailbox.resumed")] == [mailbox_id]


def test_a_run_that_goes_on_is_asked_to_stop(office: Office):
    mailbox_id = states.put(office, states.somebody(office, "Anna"), State.OK)

    run = begin_run(office.deps, mailbox_id, actor="scheduler")
    with held(office.deps, run):
        pause_mailbox(office.deps, mailbox_id, actor=ACTOR)

        assert run.control.stopped
    assert read_progress(office.deps, run.id, mailbox_id).cancel_requested


def test_what_was_never_synced_can_be_paused_and_stays_as_new_as_it_was(office: Office):
    box = office.mailbox_at(Server(host="mail.example.org", port=993, encryption=Encryption.SSL))
    with office.deps.store.write() as db:
        db.get_one(MailboxRow, box.id).next_attempt_at = None  # It waits for a person.

    pause_mailbox(office.deps, box.id, actor=ACTOR)
    resume_mailbox(office.deps, box.id, actor=ACTOR)

    assert (office.state(box), office.row(box).next_attempt_at) == (State.NEW, office.clock.now())


def test_what_is_not_connected_cannot_be_paused(office: Office):
    anna = states.somebody(office, "Anna")

    with pytest.raises(InvalidInput, match="not connected yet"):
        pause_mailbox(office.deps, anna.mailbox_id or 0, actor=ACTOR)
    with pytest.raises(NotFound):
        pause_mailbox(office.deps, 4711, actor=ACTOR)


def test_the_mailbox_of_a_deactivated_person_rests_until_they_are_back(
    office: Office, dovecot: Dovecot
):
    office.admin()
    box = office.mailbox(server=dovecot)
    office.sync(box)

    people.disable_person(office.deps, box.person.id, actor=ACTOR)
    resting = office.row(box)
    people.enable_person(office.deps, box.person.id, actor=ACTOR)
    awake = office.row(box)

    assert (resting.state, resting.next_attempt_at) == (State.PAUSED, None)
    assert (awake.state, awake.next_attempt_at) == (State.OK, office.clock.now())


def test_deactivating_its_owner_stops_the_run_that_goes_on(office: Office):
    office.admin()
    anna = states.somebody(office, "Anna")
    mailbox_id = states.put(office, anna, State.OK)

    run = begin_run(office.deps, mailbox_id, actor="scheduler")
    with held(office.deps, run):
        people.disable_person(office.deps, anna.id, actor=ACTOR)

        assert run.control.stopped
    assert read_progress(office.deps, run.id, mailbox_id).cancel_requested


def test_a_mailbox_is_not_resumed_while_its_owner_is_deactivated(office: Office):
    office.admin()
    anna = states.somebody(office, "Anna")
    mailbox_id = states.put(office, anna, State.OK)
    people.disable_person(office.deps, anna.id, actor=ACTOR)

    with pytest.raises(InvalidInput, match="reactivate them first"):
        resume_mailbox(office.deps, mailbox_id, actor=ACTOR)

    assert board.mailbox(office.deps, mailbox_id).state is State.PAUSED
