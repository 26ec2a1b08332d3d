"""The passwords people sign in with: what is asked of one, and how it is kept.

Mail passwords are another thing; those are sealed secrets. These are hashed with
Argon2id and cannot be read back by anybody.
"""

import unicodedata
from functools import cache
from pathlib import Path

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from mailboxadmin.domain.errors import InvalidInput

MINIMUM_LENGTH = 10
#: Long enough for every passphrase; bounds the work of hashing.
MAXIMUM_LENGTH = 500
#: What to say beside the field.
RULES = f"At least {MINIMUM_LENGTH} characters; a few words in a row are easy to remember."

_LIST = Path(__file__).with_name("common_passwords.txt")

_hashes = PasswordHash((Argon2Hasher(),))


def hash_password(password: str, *, email: str) -> str:
    """The Argon2 hash of a password that keeps to the rules.

    Raises:
        InvalidInput: it does not; `password` is the field.
    """
    password = _normal(password)
    fault = _fault(password, email.lower())
    if fault:
        raise InvalidInput("password", fault)
    return _hashes.hash(password)


def verify_password(password: str, hashed: str | None) -> tuple[bool, str | None]:
    """Whether the password is right, and its new hash when the old one is out of date.

    Without a hash (nobody of that address, no password yet) it takes as long and is wrong.
    """
    password = _normal(password)
    if hashed is None:
        _hashes.verify(password, _decoy())
        return False, None
    return _hashes.verify_and_update(password, hashed)


@cache
def common_passwords() -> frozenset[str]:
    """Thousands of passwords that keep to the length and are tried first, in lower case."""
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))


def _fault(password: str, email: str) -> str | None:
    plain = password.lower().strip()
    if len(password) < MINIMUM_LENGTH:
        return f"Too short: use at least {MINIMUM_LENGTH} characters."
    if len(password) > MAXIMUM_LENGTH:
        return f"Too long: use at most {MAXIMUM_LENGTH} characters."
    if plain in (email, email.partition("@")[0]):
        return "Your address is the first thing others try; choose something else."
    if plain in common_passwords() or len(set(plain)) < 4:
        return "This one is among the first that others try; choose something else."
    return None


def _normal(password: str) -> str:
    # The same letters arrive composed from one keyboard and decomposed from another.
    return unicodedata.normalize("NFC", password)


@cache
def _decoy() -> str:
    return _hashes.hash("nobody has this password")
