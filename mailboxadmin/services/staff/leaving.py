"""Somebody leaves for good, with everything of theirs.

    shut out: no sign-in, no sync ──► their mail erased ──► the person gone

Each step is whole. Killed between two of them, the person is shut out, and the same click goes on.
"""

from dataclasses import dataclass, replace

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.people import Person, Standing
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.staff.erasing import Erased, erase_mailbox
from mailboxadmin.services.staff.people import disable_person, known_person, person
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.overwriting import overwriting
from mailboxadmin.store.staff import delete_person as delete_row

#: There is no mailbox any more that could be erased again, as `erasing.REMAINS` advises.
REMAINS = (
    "Remains may lie in the database file, between the rows of others, where no page, search "
    "or export finds them. They are overwritten bit by bit, and at once when any mailbox is "
    "erased with `mailboxadmin erase` while the server is stopped."
)
BACK = "{email} was reactivated meanwhile. The mail is erased, and the person stays."


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Somebody who left, and what is still to be done by a person."""

    email: str
    #: What became of their mail; None when there was no mailbox.
    erased: Erased | None


def delete_person(
    deps: Deps, staff_id: int, *, typed: str, actor: str, alone: bool = False
) -> Left:
    """Delete somebody with their mailbox and all that is known of both; nothing brings it back.

    What they did to the mailboxes of others stays in the logs of those.

    Args:
        typed: their address, by which it is known that nobody else is meant.
        alone: nobody else uses the instance; see `erase_mailbox`.

    Raises:
        NotFound: there is nobody of that id.
        InvalidInput: another address was typed (`address`), no active admin would be left, or
            they were reactivated meanwhile.
        AlreadyRunning: a sync does not end; they are shut out, and everything else is here.
    """
    who = person(deps, staff_id)
    require_address(who, typed)
    disable_person(deps, staff_id, actor=actor)
    erased = _erase(deps, who, actor, alone)
    if erased and erased.remains:
        erased = replace(erased, remains=REMAINS)
    forget_person(deps, staff_id, erased.messages if erased else 0, actor)
    return Left(email=who.email, erased=erased)


def _erase(deps: Deps, who: Person, actor: str, alone: bool = False) -> Erased | None:
    if who.mailbox_id is None:
        return None
    return erase_mailbox(deps, who.mailbox_id, actor=actor, alone=alone)


def require_address(who: Person, typed: str) -> None:
    """See that nobody else is meant.

    Raises:
        InvalidInput: another address was typed.
    """
    if typed.strip().lower() != who.email:
        raise InvalidInput("address", f"To delete this person, type {who.email}.")


def forget_person(deps: Deps, staff_id: int, messages: int, actor: str) -> None:
    """The last step: the person goes, and one entry stays.

    Args:
        messages: how many of theirs were erased.

    Raises:
        NotFound: they are gone already.
        InvalidInput: they were reactivated meanwhile.
    """
    with deps.store.write() as db, overwriting(db):
        # Read again: erasing takes its time.
        who = known_person(db, staff_id)
        if who.standing is not Standing.DISABLED:
            raise InvalidInput("standing", BACK.format(email=who.email))
        delete_row(db, who)
        entry = Entry(
            code=Code.STAFF_DELETED,
            level=Level.WARNING,
            message=f"{who.email} was deleted, with everything that was stored of them here.",
            actor=actor,
            detail={"messages": messages},
        )
        add_entry(db, entry, deps.clock.now())
