"""What is asked to be erased in the browser is erased apart, also after a kill."""

import threading
from collections.abc import Callable, Iterator

import pytest

from mailboxadmin.domain.erasure import Erasure, Wish
from mailboxadmin.domain.errors import InvalidInput, NotFound
from mailboxadmin.domain.people import Person, Standing
from mailboxadmin.jobs.scheduler import Scheduler
from mailboxadmin.services.keeping.prune import prune
from mailboxadmin.services.staff import erasing, erasing_apart, people
from mailboxadmin.services.staff.erasing import erase_mailbox
from mailboxadmin.services.staff.erasing_apart import (
    ask_to_erase,
    erase_asked,
    list_erasures,
    read_erasure,
)
from mailboxadmin.services.staff.leaving import delete_person
from mailboxadmin.services.staff.sessions import session_person, sign_in
from mailboxadmin.services.work.runs import begin_run, held
from mailboxadmin.store.base import Base
from tests.support.leaving import ids_left, messages_of, named, somebody_with_mail
from tests.support.log import logged
from tests.support.office import DESK, PASSWORD, Office
from tests.support.waiting import wait_for

GRACE = "grace@example.org"


class Killed(BaseException):
    """The process ends here."""


def ask(office: Office, who: Person, wish: Wish = Wish.MAIL) -> int:
    asked = ask_to_erase(office.deps, who.id, wish, actor=GRACE, typed=who.email)
    assert asked is not None
    return asked


def work(office: Office, erasure_id: int) -> Erasure:
    """What the process that ticks does every few seconds; how it is then."""
    erase_asked(office.deps, threading.Event())
    return read_erasure(office.deps, erasure_id)


def test_who_asked_is_answered_at_once_and_the_mail_goes_apart(office: Office):
    anna, ben = somebody_with_mail(office), somebody_with_mail(office, "Ben Okoye")
    token = sign_in(office.deps, anna.email, PASSWORD, browser=DESK)

    asked = ask(office, anna)
    promised = read_erasure(office.deps, asked)
    shut_out = session_person(office.deps, token) is None
    done = work(office, asked)

    assert shut_out
    assert (promised.total, promised.left, promised.finished_at) == (2, 2, None)
    assert (done.left, done.fault) == (0, "") and done.finished_at is not None
    assert (messages_of(office, anna), messages_of(office, ben)) == (0, 2)
    assert people.person(office.deps, anna.id).standing is Standing.DISABLED
    [entry] = logged(office, "mailbox.erased")
    assert (entry.actor, entry.detail) == (GRACE, {"messages": 2})


def test_the_person_goes_after_their_mail(office: Office):
    anna = somebody_with_mail(office)

    done = work(office, ask(office, anna, Wish.PERSON))

    assert done.finished_at is not None
    # The second for a week only.
    assert named(office, anna.email) == {"activity": ["staff.deleted"], "erasures": [""]}
    assert ids_left(office, anna.mailbox_id or 0) == set()
    [entry] = logged(office, "staff.deleted")
    assert (entry.actor, entry.detail) == (GRACE, {"messages": 2})


def test_somebody_without_a_mailbox_is_deleted_at_once(office: Office):
    office.admin(GRACE)
    hugo = office.admin("hugo@example.org")

    asked = ask_to_erase(office.deps, hugo.id, Wish.PERSON, actor=GRACE, typed=hugo.email)

    assert asked is None
    assert [each.email for each in people.list_people(office.deps)] == [GRACE]


def test_asked_for_twice_it_is_one_and_the_larger_wish_holds(office: Office):
    anna = somebody_with_mail(office)

    first, second = ask(office, anna), ask(office, anna, Wish.PERSON)
    work(office, second)

    assert first == second
    with pytest.raises(NotFound):
        people.person(office.deps, anna.id)


def test_another_address_promises_nothing(office: Office):
    anna = somebody_with_mail(office)

    with pytest.raises(InvalidInput, match="type anna"):
        ask_to_erase(office.deps, anna.id, Wish.PERSON, actor=GRACE, typed="anna")

    assert list_erasures(office.deps) == []
    assert people.person(office.deps, anna.id).standing is Standing.ACTIVE


@pytest.mark.parametrize("wish", Wish)
@pytest.mark.parametrize(
    "step",
    [
        (erasing_apart, "erase_mailbox"),
        (erasing, "_delete_rows"),
        (erasing, "_begin_anew"),
        (erasing, "_overwrite"),
        (erasing_apart, "_forget"),
        (erasing_apart, "_finish"),
    ],
    ids=lambda step: step[1],
)
def test_what_was_promised_is_erased_after_a_kill_anywhere(
    office: Office,
    open_office: Callable[..., Office],
    monkeypatch: pytest.MonkeyPatch,
    step: tuple[object, str],
    wish: Wish,
):
    anna = somebody_with_mail(office)
    asked = ask(office, anna, wish)
    with monkeypatch.context() as patch:
        patch.setattr(*step, killed)
        with pytest.raises(Killed):
            erase_asked(office.deps, threading.Event())

    after = open_office(office.clock)
    done = work(after, asked)

    assert done.finished_at is not None and done.fault == ""
    assert messages_of(after, anna) == 0
    staff = [each.email for each in people.list_people(after.deps)]
    assert (anna.email in staff) is (wish is Wish.MAIL)
    entries = logged(after, "mailbox.erased" if wish is Wish.MAIL else "staff.deleted")
    assert [entry.detail for entry in entries] == [{"messages": 2}]


def killed(*_: object, **__: object) -> None:
    raise Killed


@pytest.fixture
def scheduler(office: Office) -> Iterator[Scheduler]:
    made = Scheduler(office.deps)
    yield made
    made.stop()


def test_the_process_that_ticks_does_it_within_seconds(office: Office, scheduler: Scheduler):
    asked = ask(office, somebody_with_mail(office))
    scheduler.tick()

    scheduler.examine()

    wait_for(lambda: read_erasure(office.deps, asked).finished_at is not None)


def test_nobody_is_let_in_again_before_it_is_done(office: Office):
    anna = somebody_with_mail(office)
    asked = ask(office, anna)

    with pytest.raises(InvalidInput, match="is being erased"):
        people.enable_person(office.deps, anna.id, actor=GRACE)
    work(office, asked)

    assert people.enable_person(office.deps, anna.id, actor=GRACE).standing is Standing.ACTIVE


def test_a_sync_that_does_not_end_is_said_and_it_is_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(erasing, "RUN_ENDS_WITHIN_S", 0)
    anna = somebody_with_mail(office)
    asked = ask(office, anna)

    run = begin_run(office.deps, anna.mailbox_id or 0, actor=GRACE)
    with held(office.deps, run):
        waits = work(office, asked)
    with office.deps.store.write() as db:
        db.execute(Base.metadata.tables["leases"].delete())
    done = work(office, asked)

    assert "does not end" in waits.fault and waits.finished_at is None
    assert (done.fault, done.left) == ("", 0) and done.finished_at is not None


def test_a_file_that_cannot_be_deleted_is_said_and_it_is_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    asked = ask(office, somebody_with_mail(office))

    def refused(*_: object) -> None:
        raise PermissionError("debug/1.txt: Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(erasing, "delete_recordings", refused)
        with pytest.raises(PermissionError):
            erase_asked(office.deps, threading.Event())
    waits = read_erasure(office.deps, asked)

    assert "Permission denied" in waits.fault and waits.finished_at is None
    assert work(office, asked).finished_at is not None


def test_what_the_command_line_erased_meanwhile_is_done(office: Office):
    anna = somebody_with_mail(office)
    asked = ask(office, anna)

    erase_mailbox(office.deps, anna.mailbox_id or 0, actor="command line")

    assert work(office, asked).finished_at is not None


@pytest.mark.parametrize("name", ["Anna Keller", "Newton"])
def test_who_comes_after_somebody_who_was_deleted_meanwhile_keeps_their_mail(
    office: Office, name: str
):
    anna = somebody_with_mail(office)
    asked = ask(office, anna, Wish.PERSON)
    delete_person(office.deps, anna.id, typed=anna.email, actor="command line")
    comes = somebody_with_mail(office, name)

    done = work(office, asked)

    assert (comes.id, comes.mailbox_id) == (anna.id, anna.mailbox_id)
    assert done.finished_at is not None
    assert messages_of(office, comes) == 2
    assert people.person(office.deps, comes.id).standing is Standing.ACTIVE


def test_of_who_comes_after_them_it_is_asked_anew(office: Office):
    anna = somebody_with_mail(office)
    first = ask(office, anna, Wish.PERSON)
    delete_person(office.deps, anna.id, typed=anna.email, actor="command line")
    newton = somebody_with_mail(office, "Newton")

    second = ask(office, newton)
    done = work(office, second)

    assert first != second and done.address == newton.email
    assert messages_of(office, newton) == 0


def test_it_is_told_of_for_a_week(office: Office):
    asked = ask(office, somebody_with_mail(office))
    work(office, asked)
    going_on = ask(office, somebody_with_mail(office, "Ben Okoye"))

    office.clock.advance(days=7)
    prune(office.deps)
    kept = [each.id for each in list_erasures(office.deps)]
    office.clock.advance(seconds=1)
    prune(office.deps)

    assert kept == [going_on, asked]
    assert [each.id for each in list_erasures(office.deps)] == [going_on]
    with pytest.raises(NotFound, match="for a week"):
        read_erasure(office.deps, asked)
