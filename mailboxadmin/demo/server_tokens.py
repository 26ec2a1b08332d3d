"""Signing in to the sample office's mail server with a token, as at Google and Microsoft.

A token that is refused gets Google's JSON as one more challenge, and the NO comes after the
client's empty answer to it (developers.google.com/workspace/gmail/imap/xoauth2-protocol).
"""

import json
import re
from collections.abc import Callable, Sequence

from pysasl.creds.server import ServerCredentials
from pysasl.exception import InvalidResponse
from pysasl.identity import Identity
from pysasl.mechanism import ChallengeResponse, ServerChallenge, ServerMechanism

#: Whether a token opens a user's mail: the name in the sign-in, then the token.
Accepts = Callable[[str, str], bool]

_SAID = re.compile(rb"user=([^\x01]*)\x01auth=Bearer ([^\x01]*)\x01\x01", re.IGNORECASE)

_REFUSED = json.dumps(
    {"status": "400", "schemes": "Bearer", "scope": "https://mail.google.com/"},
    separators=(",", ":"),
).encode()


class TokenCredentials(ServerCredentials):
    """A user with a token, and what the provider said about it."""

    def __init__(self, user: str, *, accepted: bool) -> None:
        self._user = user
        self._accepted = accepted

    @property
    def authcid(self) -> str:
        """Who signs in."""
        return self._user

    @property
    def authzid(self) -> str:
        """Whose mail is opened: a delegate's token is for the mailbox it is shown for."""
        return self._user

    def verify(self, identity: Identity | None) -> bool:
        """True when there is such a user and the provider accepts the token."""
        return identity is not None and self._accepted


class TokenMechanism(ServerMechanism):
    """XOAUTH2 that asks `accepts` about each token."""

    def __init__(self, accepts: Accepts) -> None:
        super().__init__(b"XOAUTH2")
        self._accepts = accepts

    def server_attempt(
        self, responses: Sequence[ChallengeResponse]
    ) -> tuple[ServerCredentials, bytes | None]:
        """Read what the client said.

        Raises:
            ServerChallenge: it has said nothing yet, or its token is refused and it has not
                answered the reason yet.
            InvalidResponse: what it said is no XOAUTH2.
        """
        if not responses:
            raise ServerChallenge(b"")
        said = _SAID.fullmatch(responses[0].response)
        if said is None:
            raise InvalidResponse
        user = said[1].decode("utf-8", "replace").lower()
        accepted = self._accepts(user, said[2].decode("ascii", "replace"))
        if not accepted and len(responses) == 1:
            raise ServerChallenge(_REFUSED)
        return TokenCredentials(user, accepted=accepted), None
