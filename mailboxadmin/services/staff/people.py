"""Who works here: adding, changing, disabling, and the rule that an admin is always left."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import InvalidInput, NotFound
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.people import Person, Role, Standing
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.mailboxes.pausing import ask_to_stop, rest, wake
from mailboxadmin.services.staff.names import read_email, read_name
from mailboxadmin.services.staff.passwords import hash_password
from mailboxadmin.store import sessions, staff
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.erasures import is_asked_of
from mailboxadmin.store.mailboxes import end_repair_link, mailbox_of_staff
from mailboxadmin.store.secrets import is_configured
from mailboxadmin.store.tables import StaffRow

BEING_ERASED = "The mail of {email} is being erased; reactivate them when that is done."
LAST_ADMIN = "This is the only active admin; make somebody else an admin first."


def list_people(deps: Deps) -> list[Person]:
    """Everybody, by address."""
    with deps.store.read() as db:
        return staff.list_people(db)


def person(deps: Deps, staff_id: int) -> Person:
    """The person of that id.

    Raises:
        NotFound: there is none.
    """
    with deps.store.read() as db:
        return known_person(db, staff_id)


def person_by_email(deps: Deps, email: str) -> Person:
    """The person of that address.

    Raises:
        NotFound: nobody here has it.
    """
    with deps.store.read() as db:
        found = staff.find_person_by_email(db, email.strip().lower())
    if found is None:
        raise NotFound(f"Nobody here has the address {email.strip()}.")
    return found


def add_person(
    deps: Deps, *, email: str, name: str, role: Role, actor: str, password: str | None = None
) -> Person:
    """Add somebody; without a password they are to be invited (`invitations.invite`).

    Raises:
        InvalidInput: the address is malformed or taken, the name too long, the password weak.
    """
    email, name = read_email(email), read_name(name)
    hashed = hash_password(password, email=email) if password is not None else None
    with deps.store.write() as db:
        return insert_person(
            deps, db, email=email, name=name, role=role, actor=actor, password_hash=hashed
        )


def insert_person(
    deps: Deps,
    db: Session,
    *,
    email: str,
    name: str,
    role: Role,
    actor: str,
    password_hash: str | None = None,
) -> Person:
    """Add somebody inside a transaction; staff get their mailbox at once.

    Args:
        email: as `names.read_email` gives it.
        name: as `names.read_name` gives it.

    Raises:
        InvalidInput: the address is taken.
    """
    if staff.staff_row_by_email(db, email) is not None:
        raise InvalidInput("email", f"{email} is already here.")
    now = deps.clock.now()
    staff_id = staff.add_staff_row(
        db, email=email, name=name, role=role, password_hash=password_hash, now=now
    )
    if role is Role.STAFF:
        staff.ensure_mailbox(db, staff_id, now)
    record(
        deps,
        db,
        Code.STAFF_ADDED,
        staff_id,
        f"{email} was added as {role.value}.",
        actor=actor,
        detail={"name": name, "role": role.value},
    )
    return known_person(db, staff_id)


def change_person(deps: Deps, staff_id: int, *, name: str, role: Role, actor: str) -> Person:
    """Change what somebody is called and may do; somebody who becomes staff gets a mailbox.

    Raises:
        NotFound: there is nobody of that id.
        InvalidInput: the name is too long, or no active admin would be left.
    """
    name = read_name(name)
    with deps.store.write() as db:
        row = _row(db, staff_id)
        before = {"name": row.name, "role": row.role}
        after = {"name": name, "role": role.value}
        changes = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
        if not changes:
            return known_person(db, staff_id)
        row.name, row.role = name, role.value
        if role is Role.STAFF:
            staff.ensure_mailbox(db, staff_id, deps.clock.now())
        _keep_an_admin(db, before["role"], field="role")
        message = f"{row.email}: {_in_words(changes)}."
        record(deps, db, Code.STAFF_CHANGED, staff_id, message, actor=actor, detail=changes)
        return known_person(db, staff_id)


def disable_person(deps: Deps, staff_id: int, *, actor: str) -> Person:
    """Shut somebody out: sessions, links and a sync that runs end at once, their mailbox rests.

    The mail that was fetched stays as it is.

    Raises:
        NotFound: there is nobody of that id.
        InvalidInput: no active admin would be left.
    """
    with deps.store.write() as db:
        row = _row(db, staff_id)
        if row.standing == Standing.DISABLED.value:
            return known_person(db, staff_id)
        row.standing, row.invitation = Standing.DISABLED.value, None
        _keep_an_admin(db, row.role, field="standing")
        sessions.end_sessions_of(db, staff_id)
        running = _rest_mailbox(db, staff_id, by=actor)
        message = f"{row.email} was deactivated and can no longer sign in."
        record(deps, db, Code.STAFF_DISABLED, staff_id, message, actor=actor, level=Level.WARNING)
        who = known_person(db, staff_id)
    if running is not None:
        deps.running.stop(running, by=actor)
    if who.mailbox_id is not None:
        deps.live.give_up(who.mailbox_id)
    return who


def enable_person(deps: Deps, staff_id: int, *, actor: str) -> Person:
    """Let somebody in again, with the password they had.

    Raises:
        NotFound: there is nobody of that id.
        InvalidInput: their mail is being erased.
    """
    with deps.store.write() as db:
        row = _row(db, staff_id)
        if is_asked_of(db, staff_id):
            raise InvalidInput("standing", BEING_ERASED.format(email=row.email))
        if row.standing == Standing.DISABLED.value:
            row.standing = (Standing.ACTIVE if row.password_hash else Standing.INVITED).value
            mailbox = mailbox_of_staff(db, staff_id)
            if mailbox is not None and mailbox.state == State.PAUSED:
                wake(mailbox, deps.clock.now())
            message = f"{row.email} was reactivated."
            record(deps, db, Code.STAFF_ENABLED, staff_id, message, actor=actor)
        return known_person(db, staff_id)


def set_password(deps: Deps, staff_id: int, password: str, *, actor: str) -> Person:
    """Give somebody a password; all their sessions and any invitation end.

    A person who was invited is active then; one who is disabled stays so.

    Raises:
        NotFound: there is nobody of that id.
        InvalidInput: the password is weak.
    """
    hashed = hash_password(password, email=person(deps, staff_id).email)
    with deps.store.write() as db:
        row = _row(db, staff_id)
        store_password(db, row, hashed)
        message = f"The password of {row.email} was changed."
        record(deps, db, Code.STAFF_PASSWORD_CHANGED, staff_id, message, actor=actor)
        return known_person(db, staff_id)


def ensure_mailbox(deps: Deps, staff_id: int) -> int:
    """The id of somebody's mailbox, made when there is none (an admin who wants one).

    Raises:
        NotFound: there is nobody of that id.
    """
    with deps.store.write() as db:
        _row(db, staff_id)
        return staff.ensure_mailbox(db, staff_id, deps.clock.now())


def store_password(db: Session, row: StaffRow, hashed: str) -> None:
    """Put a new hash in the row; whoever signed in with the old password is signed out."""
    row.password_hash, row.invitation = hashed, None
    if row.standing == Standing.INVITED.value:
        row.standing = Standing.ACTIVE.value
    sessions.end_sessions_of(db, row.id)


def known_person(db: Session, staff_id: int) -> Person:
    """The person of that id, inside a transaction.

    Raises:
        NotFound: there is none.
    """
    db.flush()
    found = staff.find_person(db, staff_id)
    if found is None:
        raise NotFound("There is nobody of that number.")
    return found


def record(
    deps: Deps,
    db: Session,
    code: Code,
    staff_id: int,
    message: str,
    *,
    actor: str,
    level: Level = Level.INFO,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write a line about a person into the log, where they see it beside their mailbox."""
    entry = Entry(
        code=code,
        message=message,
        actor=actor,
        level=level,
        mailbox_id=staff.mailbox_of(db, staff_id),
        detail=dict(detail or {}),
    )
    add_entry(db, entry, deps.clock.now())


def _rest_mailbox(db: Session, staff_id: int, *, by: str) -> int | None:
    """Nothing opens their mailbox any more; the run that is to be stopped, if one goes on."""
    mailbox = mailbox_of_staff(db, staff_id)
    if mailbox is None:
        return None
    end_repair_link(mailbox)
    if is_configured(db, mailbox.id):
        rest(mailbox)
    return ask_to_stop(db, mailbox.id, by=by)


def _in_words(changes: Mapping[str, list[str]]) -> str:
    parts = (f"{key} from {was or '–'} to {now or '–'}" for key, (was, now) in changes.items())
    return " and ".join(parts)


def _row(db: Session, staff_id: int) -> StaffRow:
    row = staff.staff_row(db, staff_id)
    if row is None:
        raise NotFound("There is nobody of that number.")
    return row


def _keep_an_admin(db: Session, role_before: str, *, field: str) -> None:
    # Counted after the change and inside the write transaction, so two at once cannot both pass.
    db.flush()
    if role_before == Role.ADMIN.value and not staff.count_admins(db, Standing.ACTIVE):
        raise InvalidInput(field, LAST_ADMIN)
