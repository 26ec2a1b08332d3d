"""Erasing that was asked for in the browser: promised at once, done apart, and seen to its end.

    asked ── shut out, and the promise kept in the database
      └──► each few seconds, in the process that ticks: permission ──► mail ──► the person
             killed, or a fault ──► begun again there until it has its end

What is erased, and how, is in `erasing.py`; the command line does the same and waits.
"""

import threading

from mailboxadmin.domain.erasure import Erasure, Wish
from mailboxadmin.domain.errors import AlreadyRunning, InvalidInput, NotFound, StoreUnavailable
from mailboxadmin.domain.people import Standing
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.staff.erasing import Erased, end_permission, erase_mailbox
from mailboxadmin.services.staff.leaving import REMAINS, forget_person, require_address
from mailboxadmin.services.staff.people import disable_person, person
from mailboxadmin.store import erasures


def ask_to_erase(
    deps: Deps, staff_id: int, wish: Wish, *, actor: str, typed: str = ""
) -> int | None:
    """Shut somebody out, and promise that their mail goes, or they with it.

    Args:
        typed: their address, where the person goes too.

    Returns:
        Where one sees how far it is; None when there was no mailbox, and all is done.

    Raises:
        NotFound: there is nobody of that id.
        InvalidInput: another address was typed (`address`), or no active admin would be left.
    """
    who = person(deps, staff_id)
    if wish is Wish.PERSON:
        require_address(who, typed)
    disable_person(deps, staff_id, actor=actor)
    if who.mailbox_id is None:
        if wish is Wish.PERSON:
            forget_person(deps, staff_id, 0, actor)
        return None
    with deps.store.write() as db:
        return erasures.ask(
            db,
            mailbox_id=who.mailbox_id,
            staff_id=staff_id,
            address=who.email,
            wish=wish,
            by=actor,
            now=deps.clock.now(),
        )


def read_erasure(deps: Deps, erasure_id: int) -> Erasure:
    """How far one is.

    Raises:
        NotFound: there is none of that id, or it is forgotten.
    """
    with deps.store.read() as db:
        found = erasures.find(db, erasure_id)
    if found is None:
        raise NotFound("That is known no more: what was erased is told of for a week.")
    return found


def list_erasures(deps: Deps) -> list[Erasure]:
    """All that go on, and those of the last week; the newest first."""
    with deps.store.read() as db:
        return erasures.kept(db)


def erase_asked(deps: Deps, stop: threading.Event) -> None:
    """Do what was asked for, one after the other, until nothing is left or `stop` is set.

    Raises:
        StoreUnavailable: the database cannot be used; it is begun again at the next turn.
        OSError: a file cannot be deleted; the same.
    """
    with deps.store.read() as db:
        waiting = erasures.going_on(db)
    for erasure_id in waiting:
        if stop.is_set():
            return
        _erase(deps, read_erasure(deps, erasure_id))


def _erase(deps: Deps, asked: Erasure) -> None:
    try:
        _require_same(deps, asked)
        _keep_pages(deps, asked)
        erased = erase_mailbox(deps, asked.mailbox_id, actor=asked.asked_by, asked_for=asked.total)
    except AlreadyRunning as fault:
        _note(deps, asked, str(fault))
    except (OSError, StoreUnavailable) as fault:
        _note(deps, asked, str(fault))
        raise
    except NotFound:
        _finish(deps, asked)  # Somebody was faster, on the command line.
    else:
        _finish(deps, asked, erased, fault=_forget(deps, asked))


def _require_same(deps: Deps, asked: Erasure) -> None:
    """See that it is them still: numbers of who was deleted go to who comes next.

    Raises:
        NotFound: they, or all of theirs, are gone already.
    """
    who = person(deps, asked.staff_id)
    named = (asked.address, asked.mailbox_id, Standing.DISABLED)
    if (who.email, who.mailbox_id, who.standing) != named:
        raise NotFound("There is nobody any more of whom that was asked.")


def _keep_pages(deps: Deps, asked: Erasure) -> None:
    """End the permission first, and keep where its owner must do that: it is known only once."""
    pages = end_permission(deps, asked.mailbox_id, asked.asked_by)
    if pages:
        with deps.store.write() as db:
            erasures.erasure_row(db, asked.id).end_at = list(pages)


def _forget(deps: Deps, asked: Erasure) -> str:
    """The person goes too, where that was asked for; why not, empty when so."""
    if read_erasure(deps, asked.id).wish is not Wish.PERSON:
        return ""
    try:
        forget_person(deps, asked.staff_id, asked.total, asked.asked_by)
    except InvalidInput as fault:
        return fault.sentence
    except NotFound:
        return ""
    return ""


def _note(deps: Deps, asked: Erasure, fault: str) -> None:
    with deps.store.write() as db:
        erasures.erasure_row(db, asked.id).fault = fault


def _finish(deps: Deps, asked: Erasure, erased: Erased | None = None, *, fault: str = "") -> None:
    with deps.store.write() as db:
        row = erasures.erasure_row(db, asked.id)
        row.finished_at, row.fault = deps.clock.now(), fault
        if erased is not None:
            row.backups = [str(file) for file in erased.backups]
            person_gone = row.wish == Wish.PERSON.value and not fault
            row.remains = REMAINS if erased.remains and person_gone else erased.remains
