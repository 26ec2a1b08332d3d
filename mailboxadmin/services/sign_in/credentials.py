"""The name and the password at sign-in, as they are typed or pasted; and whether they open."""

import re

from sqlalchemy.orm import Session

from mailboxadmin.domain.errors import InvalidInput, SecretUnreadable
from mailboxadmin.services.deps import Deps
from mailboxadmin.store.secrets import sign_in_rows

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
#: As Google shows an app password.
_FOUR_GROUPS = re.compile(r"\s*[a-z]{4}(?:\s[a-z]{4}){3}\s*")
LONGEST_USERNAME = 255
LONGEST_PASSWORD = 1000


def read_username(text: str) -> str | None:
    """The name at sign-in; None, the address, when the text is empty.

    Raises:
        InvalidInput: it has control characters or is too long.
    """
    name = text.strip()
    if _CONTROL.search(name):
        raise InvalidInput("username", "A username has no line breaks or control characters.")
    if len(name) > LONGEST_USERNAME:
        raise InvalidInput("username", f"At most {LONGEST_USERNAME} characters.")
    return name or None


def read_password(text: str, *, strips_spaces: bool) -> str:
    """The password as it is sent.

    Args:
        strips_spaces: the provider shows it in groups, and the spaces are not part of it.

    Raises:
        InvalidInput: it is empty, too long, or has control characters.
    """
    # A line copied from a page or a file brings its end with it.
    password = text.strip("\r\n")
    if strips_spaces:
        password = re.sub(r"\s", "", password)
    if not password:
        raise InvalidInput("password", "Enter the password; it is empty.")
    if _CONTROL.search(password):
        raise InvalidInput(
            "password", "A password has no line breaks or control characters; paste it again."
        )
    if len(password) > LONGEST_PASSWORD:
        raise InvalidInput("password", f"At most {LONGEST_PASSWORD} characters.")
    return password


def in_four_groups(password: str) -> bool:
    """True when a password looks like an app password as Google shows it: abcd efgh ijkl mnop."""
    return _FOUR_GROUPS.fullmatch(password) is not None


def is_closed(db: Session, deps: Deps, mailbox_id: int) -> bool:
    """True when no key opens what a mailbox signs in with."""
    try:
        for row in sign_in_rows(db, mailbox_id):
            deps.vault.open(row.sealed)
    except SecretUnreadable:
        return True
    return False
