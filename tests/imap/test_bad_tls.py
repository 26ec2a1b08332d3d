"""A connection that is not private is left before any word of the sign-in.

Whether a certificate was revoked is not asked for: neither OpenSSL nor mail programs do
(RFC 8314 does not want it), and the authorities have stopped answering.
"""

import base64

import pytest

from mailboxadmin.demo.deeds import Close, CloseAfter, StartTls
from mailboxadmin.domain.errors import Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.imap.said import secret_forms
from tests.imap.callers import account, failure, session
from tests.support.scripted_steps import capability, expect, login

NAME, PASSWORD = "ann.baker", "correct horse"
CERTIFICATES = {
    "expired": Happening.CERTIFICATE_EXPIRED,
    "not_yet_valid": Happening.CERTIFICATE_EXPIRED,
    "self_signed": Happening.CERTIFICATE_UNTRUSTED,
    "unknown_authority": Happening.CERTIFICATE_UNTRUSTED,
    "missing_intermediate": Happening.CERTIFICATE_UNTRUSTED,
    "wrong_name": Happening.CERTIFICATE_WRONG_HOST,
    "short_key": Happening.CERTIFICATE_UNTRUSTED,
    "obsolete": Happening.HANDSHAKE_FAILED,
}
OFFERING = capability("IMAP4rev1 STARTTLS AUTH=PLAIN")


def to(server, encryption, **more):
    return account(
        server.port,
        host=more.pop("host", "localhost"),
        encryption=encryption,
        username=NAME,
        password=PASSWORD,
        **more,
    )


def heard_no_secret(server):
    """Not the name, not the password, in no form, and no command that would carry them."""
    forms = [*secret_forms(NAME, PASSWORD), NAME, base64.b64encode(NAME.encode()).decode()[:10]]
    heard = server.received
    return not any(form.encode() in heard for form in forms) and not any(
        word in heard.upper() for word in (b"LOGIN", b"AUTHENTICATE")
    )


@pytest.mark.parametrize("starttls", [False, True], ids=["at once", "starttls"])
@pytest.mark.parametrize("kind", CERTIFICATES)
def test_a_bad_certificate_is_refused_before_the_sign_in(
    scripted_imap, certificates, kind, starttls
):
    certificate = getattr(certificates, kind)()
    script = [OFFERING, expect("STARTTLS$", "{tag} OK go", StartTls())] if starttls else []
    # The second connection only looks at the certificate that was refused.
    server = scripted_imap(
        script, script, certificate=certificate, starttls=starttls, may_stop_early=True
    )
    encryption = Encryption.STARTTLS if starttls else Encryption.SSL

    facts, steps = failure(to(server, encryption), ca_file=certificates.ca_file)

    assert (facts.phase, facts.happening) == (Phase.TLS, CERTIFICATES[kind])
    assert not steps[-1].ok
    assert heard_no_secret(server)


@pytest.mark.parametrize(
    ("greeting", "happening"),
    [
        ("* OK this port is in clear", Happening.NOT_TLS),
        ("HTTP/1.1 400 Bad Request", Happening.NOT_TLS),
        (Close(), Happening.HANDSHAKE_FAILED),
        # The first bytes of a ServerHello, and then no more.
        (CloseAfter(b"\x16\x03\x03\x00\x7a\x02\x00\x00", 8), Happening.HANDSHAKE_FAILED),
    ],
)
def test_what_is_no_handshake_is_refused_before_the_sign_in(scripted_imap, greeting, happening):
    server = scripted_imap(greeting=greeting)

    facts, _ = failure(to(server, Encryption.SSL))

    assert (facts.phase, facts.happening) == (Phase.TLS, happening)
    assert heard_no_secret(server)


@pytest.mark.parametrize(
    ("script", "greeting"),
    [
        ([capability("IMAP4rev1 AUTH=PLAIN")], "* OK STARTTLS was taken out on the way"),
        ([OFFERING, expect("STARTTLS$", "{tag} NO not today")], "* OK ready"),
        ([OFFERING, expect("STARTTLS$", "{tag} OK go", "* OK no handshake")], "* OK ready"),
        ([OFFERING, expect("STARTTLS$", Close())], "* OK ready"),
        ([OFFERING], "* PREAUTH welcome"),
    ],
)
def test_starttls_that_does_not_come_about_is_no_reason_to_go_on_in_clear(
    scripted_imap, script, greeting
):
    server = scripted_imap(script, greeting=greeting)

    facts, _ = failure(to(server, Encryption.STARTTLS))

    assert facts.phase is Phase.TLS
    assert heard_no_secret(server)


def test_a_pin_replaces_the_authorities_and_nothing_else(scripted_imap, certificates):
    """Its fingerprint is compared before the sign-in; the protocol has to be a good one."""
    pinned, other = certificates.self_signed(), certificates.good()
    good = scripted_imap([capability(), login("OK [CAPABILITY X] in")], certificate=pinned)
    impostor = scripted_imap([], [], certificate=other)
    obsolete = scripted_imap([], certificate=certificates.obsolete())
    pins = {"pinned": (pinned.fingerprint,)}

    session(to(good, Encryption.SSL, **pins)).close()
    by_other, _ = failure(to(impostor, Encryption.SSL, **pins), ca_file=certificates.ca_file)
    by_old, _ = failure(to(obsolete, Encryption.SSL, **pins), ca_file=certificates.ca_file)

    assert PASSWORD.encode() in good.received
    assert by_other.happening is Happening.CERTIFICATE_CHANGED
    assert by_old.happening is Happening.HANDSHAKE_FAILED
    assert heard_no_secret(impostor)
    assert heard_no_secret(obsolete)


def test_words_slipped_in_before_the_handshake_are_not_believed(scripted_imap, certificates):
    slipped_in = b"{tag} OK go\r\n* CAPABILITY IMAP4rev1\r\nX OK [ALERT] sign in elsewhere\r\n"
    server = scripted_imap(
        [
            OFFERING,
            expect("STARTTLS$", slipped_in, StartTls()),
            capability("IMAP4rev1 LOGINDISABLED"),
        ],
        certificate=certificates.good(),
        starttls=True,
    )

    facts, _ = failure(to(server, Encryption.STARTTLS), ca_file=certificates.ca_file)

    assert facts.happening is Happening.LOGIN_DISABLED
    assert heard_no_secret(server)
