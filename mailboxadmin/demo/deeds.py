"""What a mail server does on a connection in place of a proper answer, as values.

    FaultyImap(port, Trouble(at="LIST", does=("* LIST ((((", Drip("{tag} OK done"))))

`faulty_dialogue` plays them.
"""

import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drip:
    """Send these bytes one at a time, `bytes_per_s` of them in a second."""

    data: str | bytes
    bytes_per_s: float = 2.0


@dataclass(frozen=True, slots=True)
class CloseAfter:
    """Send the first `count` bytes of `data`, then close the connection."""

    data: str | bytes
    count: int


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection; with `reset` the client sees 'connection reset by peer'."""

    reset: bool = False


@dataclass(frozen=True, slots=True)
class Stall:
    """Say nothing more, but keep the connection open until the client or the server is gone."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait before the next action."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Until:
    """Wait until somebody lets it go on."""

    event: threading.Event


@dataclass(frozen=True, slots=True)
class StartTls:
    """Begin the TLS handshake; belongs after the OK to STARTTLS."""


#: A text is a line: `{tag}` becomes the tag of the command and CRLF is added. Bytes go out exactly
#: as they are, except that `{tag}` is replaced there too.
Action = str | bytes | Drip | CloseAfter | Close | Stall | Pause | Until | StartTls


#: A response line that announces far more bytes than exist; use it in place of a FETCH response.
IMPOSSIBLE_LITERAL = "* 1 FETCH (UID 1 BODY[] {99999999999999999}"
#: The same with a number that fits no machine integer.
OVERFLOWING_LITERAL = "* 1 FETCH (UID 1 BODY[] {99999999999999999999999}"

#: The first lines of servers that are not IMAP servers.
SSH_GREETING = "SSH-2.0-OpenSSH_9.2p1 Debian-2"
SMTP_GREETING = "220 mail.example.org ESMTP Postfix"
POP3_GREETING = "+OK POP3 ready"
HTTP_GREETING = "HTTP/1.1 400 Bad Request"
#: An IMAP server that turns the connection away.
BYE_GREETING = "* BYE Too many connections, try again later"
