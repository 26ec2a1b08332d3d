"""Scenarios of the sign-in: what real servers say to it, word by word."""

from mailboxadmin.demo.plays import Answers
from mailboxadmin.demo.scenario import Scenario
from mailboxadmin.domain.oauth import AppKey

SIGN_IN = "(LOGIN|AUTHENTICATE)"
GMAIL = "* OK Gimap ready for requests from 192.0.2.7 a12-20020a05600c"
EXCHANGE = (
    "* OK The Microsoft Exchange IMAP4 service is ready. "
    "[QQBNADYAUABSADAAMgBDAEEAMAAwADEANwAuAGUAdQByAA==]"
)
DOVECOT = "* OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE AUTH=PLAIN] Dovecot ready."


def refuses(said: str, greeting: str = DOVECOT) -> Answers:
    """A server that answers the sign-in so; `NO …` or another."""
    return Answers(greeting=greeting, at=SIGN_IN, does=(f"{{tag}} {said}",))


SIGNING_IN = (
    Scenario(
        code="auth.bad_credentials",
        story="The server refuses the password, as Dovecot does.",
        play=refuses("NO [AUTHENTICATIONFAILED] Authentication failed."),
    ),
    Scenario(
        code="auth.app_password_required",
        story="The server wants an app password, as Gmail does.",
        play=refuses(
            "NO [ALERT] Application-specific password required: "
            "https://support.google.com/accounts/answer/185833 (Failure)",
            GMAIL,
        ),
    ),
    Scenario(
        code="auth.password_login_disabled",
        story="The server takes no passwords any more, as Exchange Online.",
        play=refuses("NO LOGIN failed.", EXCHANGE),
    ),
    Scenario(
        code="auth.imap_disabled",
        story="IMAP is switched off for the account, as Gmail says it.",
        play=refuses(
            "NO [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail "
            "settings page and enable your account for IMAP access. (Failure)",
            GMAIL,
        ),
    ),
    Scenario(
        code="auth.web_login_required",
        story="The server wants a sign-in in a browser first, as Gmail does.",
        play=refuses(
            "NO [ALERT] Please log in via your web browser: "
            "https://support.google.com/mail/accounts/answer/78754 (Failure)",
            GMAIL,
        ),
    ),
    Scenario(
        code="auth.plaintext_refused",
        story="The server takes passwords only over an encrypted connection, and the mailbox is "
        "told to use none.",
        play=Answers(greeting="* OK ready", capability="IMAP4rev1 STARTTLS LOGINDISABLED"),
    ),
    Scenario(
        code="auth.too_many_connections",
        story="Too many programs read the mailbox, as Dovecot counts them.",
        play=refuses(
            "NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded "
            "(mail_max_userip_connections=10)"
        ),
    ),
    Scenario(
        code="auth.temporary_failure",
        story="The server cannot look its users up, as Dovecot says it.",
        play=refuses("NO [UNAVAILABLE] Temporary authentication failure."),
    ),
    Scenario(
        code="auth.token_refused",
        story="The provider gives tokens, and its mail server refuses them. "
        "Its owner agreed at the sample Gmail for that.",
        play=Answers(
            greeting=GMAIL,
            app=AppKey.GMAIL,
            at=SIGN_IN,
            does=("{tag} NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",),
        ),
    ),
    Scenario(
        code="auth.not_connected",
        story="The sign-in works and no mailbox is behind it, as Exchange says it.",
        play=refuses("BAD User is authenticated but not connected.", EXCHANGE),
    ),
    Scenario(
        code="auth.contact_provider",
        story="The account has expired.",
        play=refuses("NO [EXPIRED] That password isn't valid any more"),
    ),
    Scenario(
        code="unknown",
        story="The server refuses the sign-in in words that no catalogue knows.",
        play=refuses("NO Der Zugang ruht."),
    ),
)
