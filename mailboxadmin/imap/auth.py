"""The auth rung: sign in, with a password or a token, then say who we are and what we want."""

import imaplib
from collections.abc import Callable
from typing import Any

from mailboxadmin.domain.errors import Happening, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.imap.arguments import check_text, quoted
from mailboxadmin.imap.said import Heard, oauthbearer, readable, xoauth2
from mailboxadmin.imap.translate import Scene
from mailboxadmin.imap.wire import Client, Wire

#: RFC 2971; some servers (NetEase, Exchange behind gateways) refuse SELECT without it.
_WHO_WE_ARE = {"name": "Mailbox Admin"}


#: In the order of preference: what every server with OAuth has, then the standard.
_TOKEN_WAYS = (("XOAUTH2", xoauth2, b""), ("OAUTHBEARER", oauthbearer, b"\x01"))


def sign_in(wire: Wire, scene: Scene) -> None:
    """Sign in with what the account has.

    Raises:
        MailFailure: LOGIN_DISABLED; nothing was sent.
        imaplib.IMAP4.error, Hangup, Silence: what `translate` reads.
    """
    check_text("username", scene.account.username)
    if wire.state != "NONAUTH":
        return
    if scene.account.token:
        _sign_in_with_token(wire, scene.account.username, scene.account.token)
    else:
        _sign_in_with_password(wire, scene)


def require_token_way(wire: Wire, scene: Scene) -> None:
    """See that the server takes tokens, before one is asked for.

    Raises:
        MailFailure: NO_TOKENS_HERE.
    """
    if wire.state == "NONAUTH" and _token_way(wire) is None:
        raise scene.failure(Happening.NO_TOKENS_HERE, "the server takes no tokens (AUTH=XOAUTH2)")


def is_stale(failure: MailFailure) -> bool:
    """True when a token was refused as such: another one may be taken."""
    facts = failure.facts
    refused = facts.phase is Phase.AUTH and facts.happening is Happening.ANSWER_NO
    return refused and facts.response_code in _REFUSED_AS_SUCH


#: What a server that is busy, or has shut the account, says with another one (RFC 9051, 7.1).
_REFUSED_AS_SUCH = (None, "ALERT", "AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED")


def _token_way(wire: Wire) -> tuple[str, Callable[[str, str], bytes], bytes] | None:
    return next((way for way in _TOKEN_WAYS if f"AUTH={way[0]}" in wire.capabilities), None)


def _sign_in_with_token(wire: Wire, username: str, token: str) -> None:
    way = _token_way(wire)
    assert way is not None  # `require_token_way` came first.
    name, message, end = way
    said: list[bytes] = []

    def answer(challenge: bytes) -> bytes:
        """First the token; a second challenge says why it is refused, and wants an end."""
        said.append(challenge)
        if len(said) == 1:
            return message(username, token)
        wire.heard.challenge = readable(challenge)
        return end

    wire.authenticate(name, answer)


def _sign_in_with_password(wire: Wire, scene: Scene) -> None:
    """Sign in by LOGIN, or by AUTHENTICATE PLAIN where LOGIN cannot carry the words.

    Raises:
        MailFailure: LOGIN_DISABLED; nothing was sent.
        imaplib.IMAP4.error, Hangup, Silence: what `translate` reads.
    """
    account = scene.account
    check_text("password", account.password)
    login_disabled = "LOGINDISABLED" in wire.capabilities
    plain_offered = "AUTH=PLAIN" in wire.capabilities
    encrypted = bool(wire.connection.certificate())
    if login_disabled and not (plain_offered and encrypted):
        raise scene.failure(Happening.LOGIN_DISABLED, _no_password_here(wire, encrypted))
    ascii_only = account.username.isascii() and account.password.isascii()
    if plain_offered and (login_disabled or not ascii_only):
        # Said once: a server that asks again gets the `*` that ends the exchange.
        words = iter([_plain(account.username, account.password)])
        wire.authenticate("PLAIN", lambda _: next(words, None))
    elif ascii_only:
        wire.login(quoted("username", account.username), account.password)
    else:
        _login_with_literal(wire, account.username, account.password)


def _no_password_here(wire: Wire, encrypted: bool) -> str:
    if not encrypted:
        return "the server takes no password over a connection in clear (LOGINDISABLED)"
    ways = (
        ", ".join(sorted(name for name in wire.capabilities if name.startswith("AUTH=")))
        or "no other way"
    )
    return f"the server takes no password at all (LOGINDISABLED); it offers {ways}"


def _plain(username: str, password: str) -> bytes:
    """The message of SASL PLAIN (RFC 4616): empty identity, name, password, in UTF-8."""
    return b"\0".join((b"", username.encode(), password.encode()))


def _login_with_literal(wire: Wire, username: str, password: str) -> None:
    """LOGIN whose password is not ASCII: a literal takes any byte (RFC 9051, 4.3)."""
    # imaplib sends `literal` after the last argument; that both may be bytes, its types omit.
    library: Any = wire
    library.literal = password.encode()
    answer, _ = library.xatom("LOGIN", quoted("username", username).encode())
    if answer != "OK":
        raise imaplib.IMAP4.error("LOGIN refused")
    wire.state = "AUTH"


def settle(client: Client, heard: Heard, scene: Scene) -> frozenset[str]:
    """After the sign-in: introduce ourselves, switch CONDSTORE on; the capabilities in force."""
    capabilities = frozenset(
        name.decode("ascii", "replace").upper() for name in client.capabilities()
    )
    heard.capabilities = capabilities
    if "ID" in capabilities:
        _tolerant(lambda: _introduce(client, heard, scene))
    if {"ENABLE", "CONDSTORE"} <= capabilities:
        # Dovecot tells no HIGHESTMODSEQ at SELECT before it was asked for (RFC 7162, 3.1).
        _tolerant(lambda: client.enable("CONDSTORE"))
    return capabilities


def _introduce(client: Client, heard: Heard, scene: Scene) -> None:
    """Say who we are; the answer adds to what the greeting told of the server."""
    said = client.id_(_WHO_WE_ARE)
    words = [word for word in (said[0] if said else None) or () if isinstance(word, bytes)]
    heard.identity = scene.masked(" ".join((heard.identity, *map(readable, words))))


def _tolerant(ask: Callable[[], object]) -> None:
    """Ask for something we can do without: a refusal is no failure, an end of the line is."""
    try:
        ask()
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        return
