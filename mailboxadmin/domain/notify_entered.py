"""Reading how people are told: addresses, a time of day, the address of a webhook, its secret.

As in `entered`, each function raises ValueError with the sentence that stands beside the field.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from mailboxadmin.domain.entered import read_host

LONGEST_URL_CHARS: Final = 1000
LONGEST_PASSWORD_CHARS: Final = 500
#: Shorter ones can be guessed from one message that somebody overheard.
SHORTEST_SECRET_CHARS: Final = 16
#: RFC 5321, 4.5.3.1: 64 before the @. The rarer letters that RFC 5322 allows are allowed too.
_LOCAL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", re.ASCII)
_TIME: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_VISIBLE: Final = re.compile(r"[\x21-\x7e]+")


def read_address(text: str) -> str:
    """One address of mail, in lower case after the @."""
    local, at, domain = text.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or "." not in domain.strip("[]"):
        raise ValueError(f"{text.strip()!r} is no address; write it as grace@example.org.")
    try:
        return f"{local}@{read_host(domain)}"
    except ValueError:
        raise ValueError(f"{text.strip()!r}: there can be no such domain after the @.") from None


def read_addresses(text: str, most: int) -> tuple[str, ...]:
    """Addresses, separated by commas, semicolons or spaces, each once."""
    parts = [part for part in re.split(r"[\s,;]+", text) if part]
    addresses = tuple(dict.fromkeys(read_address(part) for part in parts))
    if len(addresses) > most:
        raise ValueError(f"At most {most} addresses.")
    return addresses


def read_time_of_day(text: str) -> str:
    """A time of day: `07:00`."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise ValueError("Enter a time of day as 07:00, from 00:00 to 23:59; empty is off.")
    return f"{int(found[1]):02}:{found[2]}"


def read_web_address(text: str) -> str:
    """An address that a program is reached at: http or https."""
    wrong = "Enter the whole address, as https://example.org/hook."
    if not _VISIBLE.fullmatch(text):
        raise ValueError(f"An address has no spaces or accented letters. {wrong}")
    if len(text) > LONGEST_URL_CHARS:
        raise ValueError(f"At most {LONGEST_URL_CHARS} characters.")
    try:
        target = urlsplit(text)
        port = target.port
    except ValueError:
        raise ValueError(wrong) from None
    if target.scheme not in ("http", "https") or not target.hostname or port == 0:
        raise ValueError(wrong)
    if target.username is not None or target.fragment:
        raise ValueError("The address may hold no name, no password and no part after a #.")
    return text


def read_mail_password(text: str) -> str:
    """The password of a mail server; a space may be part of it."""
    if not text.isprintable():
        raise ValueError("A password has no line breaks or control characters; copy it again.")
    if len(text) > LONGEST_PASSWORD_CHARS:
        raise ValueError(f"At most {LONGEST_PASSWORD_CHARS} characters.")
    return text


def read_signing_secret(text: str) -> str:
    """What webhooks are signed with."""
    if not _VISIBLE.fullmatch(text) or len(text) < SHORTEST_SECRET_CHARS:
        raise ValueError(
            f"Enter at least {SHORTEST_SECRET_CHARS} characters without spaces or accented letters."
        )
    if len(text) > LONGEST_PASSWORD_CHARS:
        raise ValueError(f"At most {LONGEST_PASSWORD_CHARS} characters.")
    return text
