"""Invitations: a link in which somebody chooses a password.

The link is signed and carries when it was made, whom it is for and a nonce
(`signed_links.py`). The nonce stands in the person's row until it is used or replaced,
so a link works once, and inviting again ends the earlier one:

    invite ──► nonce kept ──► accept: password set, nonce gone
                   └── invite again / deactivate: nonce replaced or gone
"""

from datetime import timedelta

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code
from mailboxadmin.domain.browser import Browser
from mailboxadmin.domain.errors import InvalidInput, MailboxAdminError
from mailboxadmin.domain.people import Person, Role, Standing
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.signed_links import LinkUnreadable, new_nonce, read_token, sign
from mailboxadmin.services.staff.names import read_email, read_name
from mailboxadmin.services.staff.passwords import hash_password
from mailboxadmin.services.staff.people import insert_person, known_person, record, store_password
from mailboxadmin.services.staff.sessions import open_session
from mailboxadmin.store import staff
from mailboxadmin.store.tables import StaffRow

#: An invitation waits for somebody who may be away …
INVITATION_VALID_FOR = timedelta(days=7)
#: … and a link for another password for somebody who asked for it.
NEW_PASSWORD_VALID_FOR = timedelta(days=1)
PURPOSE = "invitations"


class InvitationEnded(MailboxAdminError):
    """Raised when a link was used, replaced, has expired or is not whole."""

    def __init__(self) -> None:
        super().__init__("This invitation can no longer be used.")


def add_and_invite(
    deps: Deps, *, email: str, name: str, role: Role, actor: str
) -> tuple[Person, str]:
    """Add somebody, and the link in which they choose a password.

    Raises:
        InvalidInput: the address is malformed or taken, or the name too long.
    """
    email, name = read_email(email), read_name(name)
    with deps.store.write() as db:
        who = insert_person(deps, db, email=email, name=name, role=role, actor=actor)
        return who, make_link(deps, db, who.id, actor=actor)


def invite(deps: Deps, staff_id: int, *, actor: str) -> str:
    """A new link for that person, as a full address; an earlier one ends.

    For somebody who has a password it is a way to choose another one, which the admin never
    learns; until it is used, the present one holds.

    Raises:
        NotFound: there is nobody of that id.
        InvalidInput: the person is deactivated.
    """
    with deps.store.write() as db:
        return make_link(deps, db, staff_id, actor=actor)


def make_link(deps: Deps, db: Session, staff_id: int, *, actor: str) -> str:
    """As `invite`, inside a transaction."""
    who = known_person(db, staff_id)
    row = staff.staff_row(db, staff_id)
    if row is None or who.standing is Standing.DISABLED:
        raise InvalidInput("standing", f"{who.email} is deactivated; reactivate them first.")
    row.invitation = new_nonce()
    if who.standing is Standing.INVITED:
        code, message = Code.STAFF_INVITED, f"An invitation link was made for {who.email}."
    else:
        code = Code.STAFF_PASSWORD_LINK_MADE
        message = f"A link was made in which {who.email} chooses another password."
    record(deps, db, code, staff_id, message, actor=actor)
    token = sign(deps, PURPOSE, staff_id, row.invitation)
    return f"{deps.base_url}/invitation/{token}"


def valid_for(standing: Standing) -> timedelta:
    """How long a link for somebody who stands so can be used."""
    return INVITATION_VALID_FOR if standing is Standing.INVITED else NEW_PASSWORD_VALID_FOR


def open_invitation(deps: Deps, token: str) -> Person:
    """Whom a link is for.

    Raises:
        InvitationEnded: it was used, replaced, has expired or is not whole.
    """
    with deps.store.read() as db:
        return known_person(db, _invited(deps, db, token).id)


def accept_invitation(deps: Deps, token: str, password: str, *, browser: Browser) -> str:
    """Set the password that was chosen; the token of the person's new session.

    Raises:
        InvitationEnded: it was used, replaced, has expired or is not whole.
        InvalidInput: the password is weak; the link stays good.
    """
    who = open_invitation(deps, token)
    hashed = hash_password(password, email=who.email)
    with deps.store.write() as db:
        store_password(db, _invited(deps, db, token), hashed)
        if who.standing is Standing.INVITED:
            code, message = Code.STAFF_JOINED, f"{who.email} chose a password and joined."
        else:
            code, message = Code.STAFF_PASSWORD_CHANGED, f"{who.email} chose another password."
        record(deps, db, code, who.id, message, actor=who.email)
        return open_session(deps, db, who.id, browser)


def _invited(deps: Deps, db: Session, text: str) -> StaffRow:
    try:
        token = read_token(deps, PURPOSE, text)
    except LinkUnreadable:
        raise InvitationEnded from None
    row = staff.staff_row(db, token.about)
    if row is None or not token.has(row.invitation):
        raise InvitationEnded
    if token.is_older_than(valid_for(Standing(row.standing)), deps.clock.now()):
        raise InvitationEnded
    return row
