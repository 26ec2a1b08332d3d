"""The words in which the local OAuth provider's parts speak to each other."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum, StrEnum, auto
from typing import Self

from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.token import TokenAnswer

#: What a consent must hold to open a mailbox; Graph's scopes do not.
MAIL_SCOPES = {
    AppKey.GMAIL: "https://mail.google.com/",
    AppKey.OUTLOOK: "https://outlook.office.com/IMAP.AccessAsUser.All",
}

#: Asked for at Microsoft to be given a refresh token; never listed among what was granted.
OFFLINE_ACCESS = "offline_access"


class Endpoint(StrEnum):
    """Where a fault can be played."""

    #: The page of the consent: the fault comes back to the app's redirect URI.
    AUTHORIZE = "authorize"
    TOKEN = "token"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An error, as RFC 6749 has them, still without a provider's way of writing it."""

    status: int = 400
    error: str = ""
    description: str = ""
    suberror: str = ""
    #: The header of that name, seconds or a date; empty: none is sent.
    retry_after: str = ""

    @classmethod
    def of(cls, answer: TokenAnswer) -> Self:
        """A known answer, such as the examples of `diagnosis/tokens.toml`, ready to be played."""
        usual = 401 if answer.error == "invalid_client" else 400
        return cls(
            status=answer.status or usual,
            error=answer.error,
            description=answer.description,
            suberror=answer.suberror,
        )

    def about(self, **words: str) -> Self:
        """The same with the names in its description filled in."""
        return replace(self, description=self.description.format(**words))


class LineFault(Enum):
    """What can go wrong without any word of OAuth."""

    #: The connection stays open and nothing comes, until `heal` or the end.
    HANG = auto()
    #: A good answer, one byte a second.
    DRIP = auto()
    #: Closed before anything was done.
    CLOSE = auto()
    #: What was asked for is done – a refresh token rotated –, and the answer never leaves.
    LOSE = auto()
    #: A page, as a proxy or a captive portal puts in the way.
    HTML = auto()
    #: 200 with a JSON object that has no access_token.
    NO_TOKEN = auto()
    #: 200 with JSON that is a list.
    NOT_AN_OBJECT = auto()
    #: 200 with JSON that breaks off.
    NOT_JSON = auto()
    #: 200 with 10 MB.
    HUGE = auto()


#: What can be put in the place of a good answer.
Fault = Refusal | LineFault

#: How a provider refuses when it has too much to do, or is down.
TOO_MANY_REQUESTS = Refusal(status=429, error="temporarily_unavailable", retry_after="120")
BROKEN = Refusal(status=500, error="server_error")
DOWN = Refusal(status=503, error="temporarily_unavailable")


class Problem(Enum):
    """Why a request is not granted; each provider has its own words for it."""

    UNKNOWN_TENANT = auto()
    SINGLE_TENANT = auto()
    UNKNOWN_CLIENT = auto()
    SECRET_MISSING = auto()
    SECRET_WRONG = auto()
    SECRET_EXPIRED = auto()
    REDIRECT_NOT_REGISTERED = auto()
    REDIRECT_CHANGED = auto()
    RESPONSE_TYPE = auto()
    CHALLENGE_MISSING = auto()
    VERIFIER_WRONG = auto()
    SCOPE_INVALID = auto()
    SCOPE_NOT_GRANTED = auto()
    CODE_UNKNOWN = auto()
    CODE_USED = auto()
    CODE_EXPIRED = auto()
    REFRESH_UNKNOWN = auto()
    REFRESH_ENDED = auto()
    REFRESH_REVOKED = auto()
    GRANT_TYPE = auto()
    PARAMETER_MISSING = auto()
    TOKEN_UNKNOWN = auto()
    DECLINED = auto()


class Refused(Exception):
    """Raised when a request is not granted; `words` fill the provider's sentence."""

    def __init__(self, problem: Problem, **words: str) -> None:
        super().__init__(problem.name)
        self.problem = problem
        self.words = words


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredApp:
    """The app as it is registered at the provider (in Google Cloud, in Entra)."""

    key: AppKey
    client_id: str
    client_secret: str
    #: The directory it lives in; empty at Google.
    tenant: str = ""
    #: Microsoft: True takes people of any directory, asked for as `common` or `organizations`.
    multi_tenant: bool = True
    secret_expired: bool = False
    #: Compared character by character.
    redirect_uris: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What somebody agreed to on the consent page."""

    key: AppKey
    #: The account that signed in.
    address: str
    scopes: frozenset[str]
    #: Whether a refresh token comes with it.
    offline: bool
    #: The demo's "expired" choice: no refresh, and an access token of a minute at most.
    brief: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a token endpoint hands out."""

    key: AppKey
    access_token: str
    lifetime_s: int
    #: None: none comes with it.
    refresh_token: str | None
    #: Google in "Testing": how long the refresh token will live; None: not told.
    refresh_lifetime_s: int | None = None
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question at a token endpoint, for tests to look at afterwards."""

    key: AppKey
    grant_type: str
    #: Whose tokens it was about; empty when that cannot be told.
    address: str
    #: Empty when it was granted; else the `error`, or the name of the fault of the line.
    outcome: str
    at: datetime


@dataclass(slots=True, kw_only=True)
class Manner:
    """How the provider behaves; may be changed while it runs."""

    #: Where it takes the time from (aware, UTC), such as a test's clock.
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    #: How long access tokens live that are given from now on; as at Google.
    lifetime_s: int = 3600
    #: What is told as `refresh_token_expires_in` (Google in Testing); None: nothing is.
    refresh_lifetime_s: int | None = None
    #: True: a refresh token of Microsoft's dies once its successor was used.
    strict_rotation: bool = False
    #: How long every answer takes.
    delay_s: float = 0.0
