"""What a server said that nothing here knows."""

from dataclasses import dataclass
from datetime import datetime

from mailboxadmin.domain.errors import Happening
from mailboxadmin.domain.finding import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownAnswer:
    """An answer that waits to be added to the catalogue, and how often it came."""

    phase: Phase
    happening: Happening
    #: Without brackets, upper case; of a token endpoint its `error`. Empty for none.
    response_code: str
    #: The key of the provider that was recognised, or of the OAuth app; empty for none.
    provider: str
    #: Its words, with what belongs to one mailbox covered, see `domain.cover`.
    said: str
    first_at: datetime
    last_at: datetime
    times: int = 1
