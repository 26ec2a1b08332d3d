"""Reading what an admin copied from Google Cloud or Entra: client IDs, secrets, the tenant.

As in `entered`, each function raises ValueError with the sentence that stands beside
the field. Refused is what certainly cannot work; what only looks odd is told by
`odd_client_id` and kept.
"""

import re
from datetime import date
from typing import Final

from mailboxadmin.domain.oauth import AppKey

#: The directories that are none: whoever signs in may come from many.
MANY_TENANTS: Final = ("common", "organizations", "consumers")
GOOGLE_ENDING: Final = ".apps.googleusercontent.com"
LONGEST_CHARS: Final = 500
#: RFC 6749, appendix A.1 and A.2: printable ASCII. A space in them was never copied on purpose.
_VISIBLE: Final = re.compile(r"[\x21-\x7e]+")
_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHAPE: Final = "11111111-2222-3333-4444-555555555555"
_DOMAIN: Final = re.compile(r"(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)*(?!-)[a-z0-9-]{1,63}(?<!-)")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def read_google_client_id(text: str) -> str:
    """The client ID of an app in Google Cloud."""
    client_id = _visible(text, "A client ID")
    if client_id.startswith("GOCSPX-"):
        raise ValueError("This is the client secret; it goes into the field below.")
    if "@" in client_id:
        raise ValueError(f"An address is no client ID; that one ends in {GOOGLE_ENDING}.")
    return client_id


def read_entra_client_id(text: str) -> str:
    """The Application (client) ID: a GUID in Entra; those of another authority may differ."""
    client_id = _visible(text.strip(), "A client ID")
    if client_id.endswith(GOOGLE_ENDING) or "@" in client_id:
        raise ValueError(f"Entra calls it Application (client) ID; it looks like {_SHAPE}.")
    return client_id.lower() if _GUID.fullmatch(client_id.lower()) else client_id


def read_secret(text: str) -> str:
    """A client secret."""
    secret = _visible(text, "A client secret")
    if secret.endswith(GOOGLE_ENDING):
        raise ValueError("This is the client ID; it goes into the field above.")
    return secret


def read_entra_secret(text: str) -> str:
    """The Value of a client secret of Entra, which is no GUID; its Secret ID is one."""
    secret = _visible(text, "A client secret")
    if _GUID.fullmatch(secret.lower()):
        raise ValueError(
            "This is the Secret ID; copy what Entra shows under Value. "
            "It is shown only once: make a new secret when it is hidden already."
        )
    return secret


def read_tenant(text: str) -> str:
    """The directory that signs people in: its GUID, one of its domains, or one for many."""
    tenant = text.strip().lower()
    if tenant in MANY_TENANTS or _GUID.fullmatch(tenant):
        return tenant
    if len(tenant) > 253 or not _DOMAIN.fullmatch(tenant):
        raise ValueError(
            "Enter the Directory (tenant) ID, a domain such as example.org, or one of: "
            f"{', '.join(MANY_TENANTS)}."
        )
    return tenant


def read_day(text: str) -> str:
    """A day of the calendar, as ISO 8601 writes it."""
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("Enter a day of the calendar as 2027-03-31: year, month, day.") from None


def odd_client_id(key: AppKey, client_id: str) -> str:
    """What is strange about a client ID that may work all the same; empty when nothing is."""
    if not client_id:
        return ""
    if key is AppKey.GMAIL and not client_id.endswith(GOOGLE_ENDING):
        return f"The client IDs of Google end in {GOOGLE_ENDING}; this one does not. Copy it again."
    if key is AppKey.OUTLOOK and not _GUID.fullmatch(client_id):
        return f"The client IDs of Entra look like {_SHAPE}; this one does not. Copy it again."
    return ""


def _visible(text: str, what: str) -> str:
    if not _VISIBLE.fullmatch(text):
        raise ValueError(f"{what} has no spaces, line breaks or accented letters; copy it again.")
    if len(text) > LONGEST_CHARS:
        raise ValueError(f"At most {LONGEST_CHARS} characters.")
    return text
