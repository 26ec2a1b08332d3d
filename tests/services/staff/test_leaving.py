"""Somebody is deleted with everything of theirs."""

import threading

import pytest
from sqlalchemy import select

from mailboxadmin.domain.errors import InvalidInput, NotFound
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.people import Role, Standing
from mailboxadmin.services.staff import leaving, people
from mailboxadmin.services.staff.invitations import invite
from mailboxadmin.services.staff.leaving import delete_person
from mailboxadmin.services.staff.sessions import SignInRefused, sign_in
from mailboxadmin.store.tables import ActivityRow, MailboxRow, SessionRow
from tests.support import states
from tests.support.leaving import ids_left, messages_of, named, somebody_with_mail
from tests.support.log import logged
from tests.support.office import DESK, PASSWORD, Office

GRACE = "grace@example.org"


def test_who_is_deleted_leaves_one_line_of_the_log(office: Office):
    anna, ben = somebody_with_mail(office), somebody_with_mail(office, "Ben Okoye")
    sign_in(office.deps, anna.email, PASSWORD, browser=DESK)
    invite(office.deps, anna.id, actor=GRACE)

    left = delete_person(office.deps, anna.id, typed=" Anna@Example.org ", actor=GRACE)

    assert left.email == anna.email
    with pytest.raises(NotFound):
        people.person(office.deps, anna.id)
    assert named(office, anna.email) == {"activity": ["staff.deleted"]}
    assert ids_left(office, anna.mailbox_id or 0) == set()
    assert messages_of(office, ben) == 2
    [entry] = logged(office, "staff.deleted")
    assert (entry.actor, entry.mailbox_id, entry.detail) == (GRACE, None, {"messages": 2})


def test_the_next_person_does_not_inherit_the_number_with_a_past(office: Office):
    anna = somebody_with_mail(office)
    delete_person(office.deps, anna.id, typed=anna.email, actor=GRACE)

    new = states.somebody(office, "Newton")

    with office.deps.store.read() as db:
        codes = db.scalars(
            select(ActivityRow.code).where(ActivityRow.mailbox_id == new.mailbox_id)
        ).all()
        row = db.get_one(MailboxRow, new.mailbox_id)
    assert list(codes) == ["staff.added"]
    assert (row.state, row.last_success_at) == (State.NEW.value, None)


def test_another_address_deletes_nobody(office: Office):
    anna = somebody_with_mail(office)

    for typed in ("", "anna", "ben@example.org", anna.email + "x"):
        with pytest.raises(InvalidInput) as fault:
            delete_person(office.deps, anna.id, typed=typed, actor=GRACE)
        assert fault.value.field == "address"

    assert people.person(office.deps, anna.id).standing is Standing.ACTIVE
    assert messages_of(office, anna) == 2


def test_an_admin_without_a_mailbox_is_deleted_too(office: Office):
    office.admin(GRACE)
    hugo = office.admin("hugo@example.org")
    sign_in(office.deps, hugo.email, PASSWORD, browser=DESK)

    left = delete_person(office.deps, hugo.id, typed=hugo.email, actor=GRACE)

    assert left.erased is None
    assert "login.succeeded" not in named(office, hugo.email)["activity"]
    with pytest.raises(SignInRefused):
        sign_in(office.deps, hugo.email, PASSWORD, browser=DESK)
    with office.deps.store.read() as db:
        assert db.query(SessionRow).count() == 0


def test_what_an_admin_did_to_others_stays_in_their_logs(office: Office):
    office.admin(GRACE)
    hugo, anna = office.admin("hugo@example.org"), office.person("anna@example.org")
    invite(office.deps, anna.id, actor=hugo.email)

    delete_person(office.deps, hugo.id, typed=hugo.email, actor=GRACE)

    [entry] = logged(office, "staff.password_link_made")
    assert (entry.actor, entry.mailbox_id) == (hugo.email, anna.mailbox_id)


def test_the_last_active_admin_is_not_deleted(office: Office):
    grace = office.admin(GRACE)
    people.add_person(
        office.deps, email="new@example.org", name="", role=Role.ADMIN, actor=grace.email
    )

    with pytest.raises(InvalidInput, match="only active admin"):
        delete_person(office.deps, grace.id, typed=grace.email, actor=grace.email)

    assert people.person(office.deps, grace.id) == grace


def test_of_two_admins_who_delete_each_other_one_is_left(office: Office):
    admins = [office.admin(GRACE), office.admin("hugo@example.org")]
    ready, refused = threading.Barrier(2), []

    def delete(which: int) -> None:
        ready.wait()
        other = admins[which]
        try:
            delete_person(office.deps, other.id, typed=other.email, actor="test")
        except InvalidInput as fault:
            refused.append(fault.field)

    threads = [threading.Thread(target=delete, args=(which,)) for which in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [each.standing for each in people.list_people(office.deps)] == [Standing.ACTIVE]
    assert refused == ["standing"]


def test_who_is_let_in_again_meanwhile_stays(office: Office, monkeypatch: pytest.MonkeyPatch):
    anna = somebody_with_mail(office)
    erase = leaving.erase_mailbox

    def slowly(*args, **options):
        erased = erase(*args, **options)
        people.enable_person(office.deps, anna.id, actor="hugo@example.org")
        return erased

    monkeypatch.setattr(leaving, "erase_mailbox", slowly)

    with pytest.raises(InvalidInput, match="reactivated meanwhile"):
        delete_person(office.deps, anna.id, typed=anna.email, actor=GRACE)
    assert people.person(office.deps, anna.id).standing is Standing.ACTIVE


def test_a_kill_between_the_steps_leaves_somebody_who_can_be_deleted(office: Office, monkeypatch):
    anna = somebody_with_mail(office)

    class Killed(BaseException):
        """The process ends here."""

    def killed(*args, **options):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(leaving, "erase_mailbox", killed)
        with pytest.raises(Killed):
            delete_person(office.deps, anna.id, typed=anna.email, actor=GRACE)
    assert people.person(office.deps, anna.id).standing is Standing.DISABLED

    delete_person(office.deps, anna.id, typed=anna.email, actor=GRACE)

    assert "staff" not in named(office, anna.email)
