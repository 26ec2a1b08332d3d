"""Signing in with tokens: where they come from, and what a provider answers (RFC 6749, 5.2)."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Protocol

from mailboxadmin.domain.cuttable import OnOpen


class SignIn(StrEnum):
    """With what a mailbox signs in."""

    PASSWORD = "password"
    TOKEN = "token"
    #: A token of a consent that was given a moment ago: a refusal then means another account.
    NEW_CONSENT = "new_consent"


class Bearer(Protocol):
    """Where access tokens for one mailbox come from; the wire knows no more of it."""

    @property
    def detail(self) -> str:
        """What was done for the token that was given last, for the ladder."""

    def token(self, on_open: OnOpen) -> str:
        """An access token that is good; the provider is asked for one when it has to be.

        Args:
            on_open: given what can cut the call to the provider from another thread.

        Raises:
            MailFailure: facts with phase `token` or `local`; there is none to be had.
            Cancelled: a person stopped it.
        """

    def renewed(self, on_open: OnOpen) -> str | None:
        """Another one, because the server refused the last; None when there will be no better.

        Raises:
            MailFailure, Cancelled: as `token`.
        """


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

    def as_json(self) -> dict[str, Any]:
        """To be kept; `from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "TokenAnswer":
        """The answer that `as_json` wrote."""
        return cls(**stored)
