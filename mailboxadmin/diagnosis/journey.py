"""What a happening means by where on the way to the mail it happened.

Most happenings mean one thing. Some depend on how far we were:

    dns -> tcp -> tls -> greeting -> auth | signed in -> folders -> fetch, push
    time-out:   whatever was waited for        server.timeout
    closed:     in the handshake, greeting ... server.closed
    BYE:        greeting.refused ............. | the catalogue, else server.closed
    NO, BAD:    the catalogue, else `unknown` or `server.protocol_error`
"""

from typing import Final

from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.token import SignIn

_ALWAYS: Final = {
    Happening.NAME_UNKNOWN: "dns.host_not_found",
    Happening.NO_SERVER: "dns.host_not_found",
    Happening.RESOLVER_DOWN: "dns.resolver_down",
    Happening.ADDRESS_NOT_ALLOWED: "local.host_not_allowed",
    Happening.CONNECT_REFUSED: "tcp.refused",
    Happening.CONNECT_TIMEOUT: "tcp.timeout",
    Happening.UNREACHABLE: "tcp.unreachable",
    Happening.CERTIFICATE_UNTRUSTED: "tls.untrusted_certificate",
    Happening.CERTIFICATE_CHANGED: "tls.untrusted_certificate",
    Happening.CERTIFICATE_EXPIRED: "tls.expired_certificate",
    Happening.CERTIFICATE_WRONG_HOST: "tls.wrong_host",
    Happening.NOT_TLS: "tls.not_tls",
    Happening.HANDSHAKE_FAILED: "tls.handshake_failed",
    Happening.STARTTLS_MISSING: "tls.starttls_missing",
    Happening.GREETING_TIMEOUT: "greeting.timeout",
    Happening.GREETING_REFUSED: "greeting.refused",
    Happening.GREETING_NOT_IMAP: "greeting.not_imap",
    Happening.LOGIN_DISABLED: "auth.plaintext_refused",
    Happening.FOLDER_MISSING: "folder.not_found",
    Happening.FOLDER_NOT_SELECTABLE: "folder.not_selectable",
    Happening.FOLDER_RESET: "folder.reset",
    Happening.DEADLINE: "local.deadline_exceeded",
    Happening.DISK_FULL: "local.disk_full",
    Happening.DATABASE_BUSY: "local.database_busy",
    Happening.DATABASE_DAMAGED: "local.database_damaged",
    Happening.DATABASE_READ_ONLY: "local.database_read_only",
    Happening.SECRET_UNREADABLE: "local.secret_unreadable",
    Happening.PASSWORD_BOUND_ELSEWHERE: "local.password_bound_elsewhere",
    Happening.NO_PASSWORD: "local.no_password",
    Happening.NO_TOKENS_HERE: "oauth.not_available",
    Happening.NO_OAUTH_APP: "oauth.client_invalid",
    Happening.TOKEN_UNREACHABLE: "oauth.provider_unavailable",
    Happening.UNEXPECTED: "unknown",
}

#: A server that says nothing in the handshake was connected to, too: `greeting.timeout`.
_BY_PHASE: Final = {
    (Happening.TIMEOUT, Phase.DNS): "dns.resolver_down",
    (Happening.TIMEOUT, Phase.TCP): "tcp.timeout",
    (Happening.TIMEOUT, Phase.TLS): "greeting.timeout",
    (Happening.TIMEOUT, Phase.GREETING): "greeting.timeout",
    (Happening.CLOSED, Phase.TLS): "tls.handshake_failed",
    (Happening.CLOSED, Phase.GREETING): "greeting.refused",
    (Happening.NOT_UNDERSTOOD, Phase.TLS): "tls.not_tls",
    (Happening.NOT_UNDERSTOOD, Phase.GREETING): "greeting.not_imap",
}

#: When neither the phase nor the catalogue knows better.
_OTHERWISE: Final = {
    Happening.TIMEOUT: "server.timeout",
    Happening.CLOSED: "server.closed",
    Happening.NOT_UNDERSTOOD: "server.protocol_error",
    Happening.ANSWER_BYE: "server.closed",
    Happening.ANSWER_BAD: "server.protocol_error",
    Happening.ANSWER_NO: "unknown",
    Happening.TOKEN_REFUSED: "unknown",
}

#: What a refused sign-in is with a token in place of a password.
_TOKEN_SIGN_IN: Final = {
    SignIn.TOKEN: "auth.token_refused",
    SignIn.NEW_CONSENT: "oauth.wrong_account",
}
#: What servers say of passwords, and say to a token, too.
_OF_PASSWORDS: Final = frozenset(
    {
        "auth.bad_credentials",
        "auth.app_password_required",
        "auth.password_login_disabled",
        "auth.token_refused",
    }
)

_REFUSED: Final = frozenset({Happening.ANSWER_NO, Happening.ANSWER_BAD})
_SIGNED_IN: Final = frozenset({Phase.FOLDERS, Phase.FETCH, Phase.PUSH})


def certain_code(facts: Facts, *, encrypted: bool | None = None) -> str | None:
    """The code that follows from the happening and its phase; None when the words decide.

    Args:
        encrypted: the connection is, as far as the settings tell; None: not known.
    """
    if facts.happening is Happening.ANSWER_BYE and facts.phase not in _SIGNED_IN:
        return "greeting.refused"
    if facts.happening is Happening.LOGIN_DISABLED and encrypted and not facts.server_said:
        # No password even over an encrypted connection: it offers other ways only.
        return "auth.password_login_disabled"
    return _ALWAYS.get(facts.happening) or _BY_PHASE.get((facts.happening, facts.phase))


def code_of_token_sign_in(facts: Facts, code: str, *, known: bool) -> str:
    """The code of a refused sign-in, when it was a token that was refused; else `code`.

    What says more than "refused" (too busy, IMAP switched off, no mailbox) stays.

    Args:
        known: the catalogue knows the server's words.
    """
    with_token = _TOKEN_SIGN_IN.get(facts.sign_in)
    refused = facts.phase is Phase.AUTH and facts.happening in _REFUSED
    if with_token is None or not refused or (known and code not in _OF_PASSWORDS):
        return code
    return with_token


def code_without_words(facts: Facts) -> str:
    """The code of an answer that the catalogue does not know."""
    # The only command before the handshake is STARTTLS.
    if facts.phase is Phase.TLS and facts.happening in _REFUSED:
        return "tls.starttls_missing"
    return _OTHERWISE[facts.happening]
