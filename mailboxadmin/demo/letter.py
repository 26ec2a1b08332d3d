"""A message as the sample office's mail server is given it."""

from dataclasses import dataclass
from datetime import datetime

INBOX = "INBOX"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message and the place where it lies on the server."""

    #: A folder's full name; the server makes the folder when it is new.
    folder: str = INBOX
    #: RFC 5322 with CRLF line ends, served byte for byte as given here.
    raw: bytes
    #: Arrival at the server (INTERNALDATE), aware.
    at: datetime
    seen: bool = False
