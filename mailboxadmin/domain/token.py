"""What a provider answers when it is asked for a token (RFC 6749, 5.2)."""

from dataclasses import dataclass
from enum import StrEnum


class SignIn(StrEnum):
    """With what a mailbox signs in."""

    PASSWORD = "password"
    TOKEN = "token"
    #: A token of a consent that was given a moment ago: a refusal then means another account.
    NEW_CONSENT = "new_consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAnswer:
    """The refusal of a token endpoint, or what came back to the callback instead of a code."""

    #: The provider whose OAuth app it concerns: `gmail` or `outlook`.
    app: str
    #: HTTP status; None at the callback, where a browser brings the answer.
    status: int | None = None
    #: `invalid_grant`, `temporarily_unavailable`, …; empty when the answer was no JSON.
    error: str = ""
    #: The provider's own sentence, in which Microsoft puts its AADSTS number.
    description: str = ""
    #: Microsoft's `suberror`, Google's `error_subtype`; empty without one.
    suberror: str = ""
