"""The first admin: a one-time code that only the console knows, and the page that takes it."""

import hashlib
import secrets

from mailboxadmin.domain.activity import Code
from mailboxadmin.domain.browser import Browser
from mailboxadmin.domain.errors import InvalidInput, NotFound
from mailboxadmin.domain.people import Role, Standing
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.staff.names import read_email, read_name
from mailboxadmin.services.staff.passwords import hash_password
from mailboxadmin.services.staff.people import insert_person, record
from mailboxadmin.services.staff.sessions import open_session
from mailboxadmin.store import sessions, staff

#: Read aloud and typed: no letter that looks like a digit.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
#: Four groups of four letters are 80 bits.
GROUPS, GROUP_LENGTH = 4, 4


class SetupClosed(NotFound):
    """Raised when there is an admin already."""

    def __init__(self) -> None:
        super().__init__("There is an admin already, so the set-up is over.")


def admin_exists(deps: Deps) -> bool:
    """True as soon as there is an admin who is active or holds an invitation."""
    with deps.store.read() as db:
        return staff.count_admins(db, Standing.ACTIVE, Standing.INVITED) > 0


def new_setup_code(deps: Deps) -> str:
    """A new code for `/setup`, as `ABCD-EFGH-JKLM-NPQR`; the earlier one ends.

    Raises:
        SetupClosed: there is an admin already.
    """
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    code = "-".join(groups)
    with deps.store.write() as db:
        if staff.count_admins(db, Standing.ACTIVE, Standing.INVITED):
            raise SetupClosed
        sessions.replace_setup_digest(db, _digest(code), deps.clock.now())
    return code


def set_up(deps: Deps, *, code: str, email: str, name: str, password: str, browser: Browser) -> str:
    """Make the first admin; the token of the new session.

    Raises:
        SetupClosed: there is an admin already, perhaps since a moment ago.
        InvalidInput: the code is wrong, or what was entered cannot be used.
    """
    _check_code(deps, code)
    email, name = read_email(email), read_name(name)
    hashed = hash_password(password, email=email)
    with deps.store.write() as db:
        if staff.count_admins(db, Standing.ACTIVE, Standing.INVITED):
            raise SetupClosed
        _compare(sessions.setup_digest(db), code)
        who = insert_person(
            deps,
            db,
            email=email,
            name=name,
            role=Role.ADMIN,
            actor=email,
            password_hash=hashed,
        )
        sessions.replace_setup_digest(db, None, deps.clock.now())
        record(deps, db, Code.STAFF_JOINED, who.id, f"{email} set this office up.", actor=email)
        return open_session(deps, db, who.id, browser)


def _check_code(deps: Deps, code: str) -> None:
    # Before the costly hash, so that a wrong code is a cheap answer.
    if admin_exists(deps):
        raise SetupClosed
    with deps.store.read() as db:
        digest = sessions.setup_digest(db)
    _compare(digest, code)


def _compare(digest: str | None, code: str) -> None:
    if digest is None or not secrets.compare_digest(digest, _digest(code)):
        raise InvalidInput(
            "code",
            "That is not the code. Only the newest one counts; "
            "“mailboxadmin setup-code” prints another.",
        )


def _digest(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
