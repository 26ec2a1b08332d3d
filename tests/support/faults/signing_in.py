"""What real servers say to a sign-in, provider by provider, and how they fail at it."""

from mailboxadmin.demo.deeds import Close, Stall
from mailboxadmin.demo.scenarios_signing_in import DOVECOT, EXCHANGE, GMAIL, SIGN_IN
from mailboxadmin.domain.mailbox import Encryption
from tests.support.faults.fault import Fault

YANDEX = "* OK Yandex IMAP4rev1 at iva8.mail.yandex.net ready to talk"
ZOHO = "* OK Zoho Mail IMAP4 Server"

THROTTLED = "BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds"


def _refuses(name: str, said: str, code: str, greeting: str = DOVECOT, domain: str = "example.org"):
    """One answer to the sign-in, `NO …` or another."""
    return Fault(
        name=name,
        greeting=greeting,
        domain=domain,
        at=SIGN_IN,
        does=(f"{{tag}} {said}",),
        check=code,
        quotes=said.partition(" ")[2],
    )


GOOGLE = tuple(
    _refuses(f"Google: {name}", f"NO {said}", code, GMAIL)
    for name, said, code in (
        (
            "an app password is needed",
            "[ALERT] Application-specific password required: "
            "https://support.google.com/accounts/answer/185833 (Failure)",
            "auth.app_password_required",
        ),
        (
            "a refused password",
            "[AUTHENTICATIONFAILED] Invalid credentials (Failure)",
            "auth.bad_credentials",
        ),
        (
            "IMAP is off",
            "[ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings "
            "page and enable your account for IMAP access. (Failure)",
            "auth.imap_disabled",
        ),
        (
            "IMAP is off for the domain",
            "[ALERT] IMAP access is disabled for your domain.",
            "auth.imap_disabled",
        ),
        ("no Gmail behind it", "Lookup failed", "auth.imap_disabled"),
        (
            "sign in in a browser",
            "[ALERT] Please log in via your web browser: "
            "https://support.google.com/mail/accounts/answer/78754 (Failure)",
            "auth.web_login_required",
        ),
        (
            "too many at once",
            "[ALERT] Too many simultaneous connections. (Failure)",
            "auth.too_many_connections",
        ),
        (
            "a fault of theirs",
            "[UNAVAILABLE] Temporary System Error",
            "auth.temporary_failure",
        ),
    )
)

PROVIDERS = (
    _refuses(
        "Yahoo: a refused password",
        "NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials",
        "auth.bad_credentials",
        domain="yahoo.com",
    ),
    _refuses(
        "Yahoo: a refused password, by SASL",
        "NO [AUTHENTICATIONFAILED] AUTHENTICATE Invalid credentials",
        "auth.bad_credentials",
        domain="yahoo.com",
    ),
    _refuses(
        "Yahoo: its older words",
        "NO [AUTHENTICATIONFAILED] (#MBR1212) Incorrect username or password.",
        "auth.bad_credentials",
        domain="yahoo.com",
    ),
    _refuses(
        "iCloud: a refused password",
        "NO [AUTHENTICATIONFAILED] Authentication Failed",
        "auth.bad_credentials",
        domain="icloud.com",
    ),
    _refuses(
        "Fastmail: a refused password",
        "NO Incorrect username or password.",
        "auth.bad_credentials",
        domain="fastmail.com",
    ),
    _refuses(
        "GMX: a refused password, or IMAP is off",
        "NO authentication failed",
        "auth.bad_credentials",
        domain="gmx.de",
    ),
    _refuses(
        "Yandex: a refused password, or IMAP is off",
        "NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials or IMAP is disabled",
        "auth.bad_credentials",
        YANDEX,
    ),
    _refuses(
        "Zoho: IMAP is off",
        "NO [ALERT] You are yet to enable IMAP for your account. "
        "Please contact your administrator (Failure)",
        "auth.imap_disabled",
        ZOHO,
    ),
    _refuses(
        "QQ: an authorization code is needed",
        "NO Please using authorized code to login.",
        "auth.app_password_required",
    ),
    _refuses(
        "Purelymail: an app password is needed",
        "NO Login failed - please create an app password",
        "auth.app_password_required",
    ),
    _refuses(
        "Exchange Online: no passwords",
        "NO LOGIN failed.",
        "auth.password_login_disabled",
        EXCHANGE,
    ),
    _refuses(
        "the same words from another server",
        "NO LOGIN failed.",
        "auth.bad_credentials",
    ),
    _refuses(
        "Outlook.com: no passwords",
        "NO Basic authentication is disabled.",
        "auth.password_login_disabled",
    ),
    _refuses(
        "Exchange: signed in, but not connected",
        "BAD User is authenticated but not connected.",
        "auth.not_connected",
        EXCHANGE,
    ),
    _refuses(
        "Exchange: a command in the wrong state",
        "BAD Command received in Invalid state.",
        "server.protocol_error",
        EXCHANGE,
    ),
    _refuses(
        "Dovecot: a refused password",
        "NO [AUTHENTICATIONFAILED] Authentication failed.",
        "auth.bad_credentials",
    ),
    _refuses(
        "Dovecot: no passwords in clear",
        "NO [PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) "
        "connections.",
        "auth.plaintext_refused",
    ),
    _refuses(
        "Dovecot: its users are out of reach",
        "NO [UNAVAILABLE] Temporary authentication failure.",
        "auth.temporary_failure",
    ),
    _refuses(
        "Dovecot: too many at once",
        "NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded "
        "(mail_max_userip_connections=16)",
        "auth.too_many_connections",
    ),
)

MOMENTS = (
    _refuses("a limit at the sign-in", "NO [LIMIT] Rate limit hit.", "auth.too_many_connections"),
    _refuses("in use at the sign-in", "NO [INUSE] Mailbox in use", "auth.temporary_failure"),
    _refuses("a bug at the sign-in", "NO [SERVERBUG] Internal error", "auth.temporary_failure"),
    _refuses("throttled at the sign-in", THROTTLED, "server.throttled"),
    _refuses("an account that expired", "NO [EXPIRED] Account expired", "auth.contact_provider"),
    _refuses("contact your admin", "NO [CONTACTADMIN] Ask us", "auth.contact_provider"),
    _refuses("no right to it", "NO [AUTHORIZATIONFAILED] No", "auth.not_connected"),
    _refuses("words that nobody knows", "NO Der Zugang ruht.", "unknown"),
    _refuses("BAD at the sign-in", "BAD Invalid characters in atom", "server.protocol_error"),
    Fault(
        name="an untagged NO explains it",
        greeting=GMAIL,
        at=SIGN_IN,
        does=(
            "* NO [WEBALERT https://accounts.google.com/signin/continue?plt=AKgnsbt] "
            "Web login required.",
            "{tag} NO [ALERT] Please log in via your web browser (Failure)",
        ),
        check="auth.web_login_required",
        quotes="Web login required.",
    ),
    Fault(
        name="BYE at the sign-in",
        at=SIGN_IN,
        does=("* BYE Autologout; idle for too long", Close()),
        check="greeting.refused",
        quotes="Autologout; idle for too long",
    ),
    Fault(name="closed at the sign-in", at=SIGN_IN, does=(Close(),), check="server.closed"),
    Fault(
        name="silence at the sign-in",
        at=SIGN_IN,
        does=(Stall(),),
        check="server.timeout",
        hangs=True,
    ),
    Fault(
        name="nonsense at the sign-in",
        at=SIGN_IN,
        does=("{tag} PERHAPS", "that is all"),
        check="server.protocol_error",
    ),
    Fault(
        name="no passwords in clear are offered",
        capability="IMAP4rev1 STARTTLS LOGINDISABLED",
        greeting="* OK ready",
        check="auth.plaintext_refused",
    ),
    Fault(
        name="no passwords at all are offered",
        capability="IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2 AUTH=OAUTHBEARER",
        greeting="* OK ready",
        encryption=Encryption.SSL,
        certificate="good",
        check="auth.password_login_disabled",
    ),
)

SIGNING_IN = (*GOOGLE, *PROVIDERS, *MOMENTS)
