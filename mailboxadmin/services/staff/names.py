"""How people are named: addresses, names and roles as they are typed, read into what is kept."""

import re

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.people import Role

LONGEST_NAME = 100

# Mail servers inside an office answer to names such as office.local; this is how
# the library wants to be told that they are names like others.
SPECIAL_USE_DOMAIN_NAMES.clear()


def read_email(text: str) -> str:
    """The address in lower case; whether mail arrives there is not asked.

    Addresses that work only inside the office (`anna@office.local`) are good ones.

    Raises:
        InvalidInput: it is no address; the sentence says why.
    """
    text = text.strip()
    if not text:
        raise InvalidInput("email", "Enter an address, such as anna@example.org.")
    try:
        checked = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as fault:
        raise InvalidInput("email", f"{text!r} is not an address: {_sentence(fault)}") from None
    return checked.normalized.lower()


def read_name(text: str) -> str:
    """The name with single spaces; empty is allowed, the address then stands for it.

    Raises:
        InvalidInput: it is too long or has control characters.
    """
    name = " ".join(text.split())
    if len(name) > LONGEST_NAME:
        raise InvalidInput("name", f"At most {LONGEST_NAME} characters.")
    if re.search(r"[\x00-\x1f\x7f]", name):
        raise InvalidInput("name", "Control characters are not allowed in a name.")
    return name


def read_role(text: str) -> Role:
    """The role; an empty text is staff.

    Raises:
        InvalidInput: there is no such role.
    """
    try:
        return Role(text.strip().lower() or Role.STAFF)
    except ValueError:
        raise InvalidInput("role", f"{text.strip()!r} is no role; use admin or staff.") from None


def _sentence(fault: EmailNotValidError) -> str:
    text = str(fault)
    return text if text.endswith(".") else f"{text}."
