"""What was marked here and the server does not know yet, on the mailbox's page."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.filing import Kind
from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.reading.messages import mark_messages
from mailboxadmin.store.changes import fail_changes, waiting_changes
from mailboxadmin.store.flag_changes import put_flags
from mailboxadmin.store.tables_mail import MessageRow
from tests.support import states
from tests.support.office import Office
from tests.support.visitor import Visitor


@pytest.fixture(autouse=True)
def grace(office: Office) -> None:
    """The admin, without whom nobody signs in."""
    office.admin("grace@example.org")


@pytest.fixture
def marked(office: Office) -> Callable[..., int]:
    """A mailbox in some state with three messages that were marked, so many without UID."""

    def mark(state: State, *, without_uid: int = 0) -> int:
        wrong = states.finding() if state is State.NEEDS_ACTION else None
        mailbox_id = states.put(office, states.somebody(office, "Anna Keller"), state, wrong)
        states.put_mail(office, mailbox_id, 3)
        change_settings(office.deps, {"sync_read_status": "yes"}, actor=COMMAND_LINE)
        with office.deps.store.write() as db:
            ids = list(db.scalars(select(MessageRow.id).order_by(MessageRow.id)))
            for message_id in ids[without_uid:]:
                named = update(MessageRow).where(MessageRow.id == message_id)
                db.execute(named.values(uid=message_id))
        mark_messages(office.deps, mailbox_id, ids, seen=True, actor=COMMAND_LINE)
        return mailbox_id

    return mark


def page(office: Office, at_desk: Callable[[str], Visitor], email: str, mailbox_id: int) -> str:
    return " ".join(at_desk(email).get(f"/mailboxes/{mailbox_id}").text.split())


@pytest.mark.parametrize(
    ("state", "when"),
    [
        (State.OK, "It is told at the next check."),
        (State.PAUSED, "It is told when the mailbox is resumed."),
        (State.NEEDS_ACTION, "It is told when the mailbox works again."),
    ],
)
def test_owner_and_admin_read_how_many_wait_and_for_what(
    office: Office, at_desk, marked, state: State, when: str
):
    mailbox_id = marked(state)

    for email in ("anna@example.org", "grace@example.org"):
        text = page(office, at_desk, email, mailbox_id)
        assert "<b>3 messages</b> marked here as read or unread" in text
        assert when in text


def test_messages_that_were_not_found_yet_are_counted_apart(office: Office, at_desk, marked):
    some = page(office, at_desk, "anna@example.org", marked(State.OK, without_uid=1))

    assert "1 message of these was not found on the server yet and waits for that." in some


def test_when_none_can_be_sent_no_check_is_promised(office: Office, at_desk, marked):
    text = page(office, at_desk, "anna@example.org", marked(State.OK, without_uid=3))

    assert "3 messages of these were not found on the server yet and wait for that." in text
    assert "next check." not in text


def test_when_sending_was_switched_off_that_is_said(office: Office, at_desk, marked):
    mailbox_id = marked(State.OK)
    change_settings(office.deps, {"sync_read_status": "no"}, actor=COMMAND_LINE)

    assert "Sending is switched off" in page(office, at_desk, "anna@example.org", mailbox_id)


def test_nothing_is_said_when_nothing_waits(office: Office, at_desk):
    mailbox_id = states.put(office, states.somebody(office, "Anna Keller"), State.OK)

    assert "marked here" not in page(office, at_desk, "anna@example.org", mailbox_id)


def test_what_was_moved_or_flagged_is_counted_and_what_failed_apart(
    office: Office, at_desk, marked
):
    mailbox_id = marked(State.OK)
    with office.deps.store.write() as db:
        now = office.clock.now()
        ids = list(db.scalars(select(MessageRow.id)))
        put_flags(db, mailbox_id, ids, flagged=True, actor=COMMAND_LINE, now=now)
        waiting = waiting_changes(db, mailbox_id, Kind.FLAG)
        fail_changes(db, Kind.FLAG, waiting[:1], "It is read-only.", now)

    text = page(office, at_desk, "grace@example.org", mailbox_id)

    assert "<b>2 changes</b> made here, by moving or flagging mail, which" in text
    assert "<b>1 change</b> made here, by moving or flagging mail, could not be made" in text
