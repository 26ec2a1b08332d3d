"""Pinning a certificate: an admin's decision, for one host, logged, and ended again."""

import pytest

from mailboxadmin.domain.certificate import Pin
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.fingerprint import beginning, read_fingerprint
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.services.checking.check import run_check
from mailboxadmin.services.mailboxes.trust import trust_certificate, trust_seen, untrust
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.services.verdict.pins import read_pins, read_refused, seen_refused
from mailboxadmin.store.certificates import pin_certificate, pinned_fingerprints
from tests.support.configuring import ADMIN
from tests.support.dovecot import Dovecot
from tests.support.log import logged
from tests.support.office import Box, Office

DIGEST = "ab" * 32


def secure(server, *, host: str = "127.0.0.1") -> Server:
    """Where a server speaks TLS at once."""
    port = server.ssl_port if isinstance(server, Dovecot) else server.port
    return Server(host=host, port=port, encryption=Encryption.SSL)


@pytest.fixture
def nas(office: Office, dovecot: Dovecot) -> Box:
    """A mailbox on a server whose certificate no authority vouches for; it was tried once."""
    box = office.mailbox_at(secure(dovecot), dovecot.user())
    office.sync(box)
    return box


def pin(office: Office, digest: str, *, host: str = "127.0.0.1") -> None:
    """Something that Bea pinned on 3 May."""
    at = office.clock.now().replace(day=3, month=5)
    trusted = Pin(host=host, fingerprint=digest, pinned_at=at, pinned_by="bea@example.org")
    with office.deps.store.write() as db:
        pin_certificate(db, trusted)


def pinned(office: Office, host: str = "127.0.0.1") -> tuple[str, ...]:
    with office.deps.store.read() as db:
        return pinned_fingerprints(db, host)


def cause(office: Office, box: Box) -> str:
    return str((office.row(box).finding or {})["cause"])


@pytest.mark.parametrize(
    "written",
    [
        DIGEST,
        DIGEST.upper(),
        ":".join(["ab"] * 32),
        f"sha256 Fingerprint={DIGEST}",
        f"SHA-256: {DIGEST} ",
    ],
)
def test_a_fingerprint_is_read_as_tools_write_it(written: str):
    assert read_fingerprint(written) == DIGEST


@pytest.mark.parametrize("written", ["", "ab", "zz" * 32, DIGEST + "ab"])
def test_what_is_no_sha256_fingerprint_is_refused(written: str):
    with pytest.raises(InvalidInput, match="64 hexadecimal digits"):
        read_fingerprint(written)


def test_what_the_server_shows_is_kept_so_that_it_can_be_compared(office, dovecot, nas):
    refused = read_refused(office.deps, nas.id)

    assert refused is not None and refused.trustable and refused.pins == ()
    assert refused.certificate.fingerprint == dovecot.certificate.fingerprint
    assert refused.certificate.host == "127.0.0.1"
    assert "localhost" in refused.certificate.names
    assert refused.validity == "good until 1 Jan 3000"


def test_a_certificate_that_was_seen_is_trusted_and_the_mailbox_is_tried_again(
    office, dovecot, nas
):
    digest = dovecot.certificate.fingerprint

    done = trust_seen(office.deps, nas.id, "127.0.0.1", digest, actor=ADMIN)
    trust_seen(office.deps, nas.id, "127.0.0.1", digest, actor=ADMIN)

    assert (done.woken, pinned(office)) == (1, (digest,))
    assert office.row(nas).next_attempt_at == office.clock.now()
    [entry] = logged(office, "certificate.trusted")
    assert (entry.actor, entry.detail["host"]) == (ADMIN, "127.0.0.1")
    assert entry.detail["names"] == ["127.0.0.1", "localhost"]
    assert entry.detail["issuer"].startswith("trustme") and entry.detail["ends_at"]
    assert run_check(office.deps, nas.id, actor=ADMIN).ok
    assert office.sync(nas).finding is None
    assert read_refused(office.deps, nas.id) is None


@pytest.mark.parametrize(("host", "known"), [("127.0.0.1", False), ("localhost", True)])
def test_what_was_not_seen_there_is_not_pinned(office, dovecot, nas, host, known):
    digest = dovecot.certificate.fingerprint if known else DIGEST

    with pytest.raises(InvalidInput, match="Nothing was pinned"):
        trust_seen(office.deps, nas.id, host, digest, actor=ADMIN)

    assert read_pins(office.deps) == () and logged(office, "certificate.trusted") == []


def test_a_test_of_a_server_that_is_not_saved_yet_is_enough(office, dovecot):
    anna = office.person("anna@example.org")
    box = Box(anna.mailbox_id or 0, anna, dovecot.user())
    texts = {
        "imap_host": dovecot.host,
        "imap_port": str(dovecot.ssl_port),
        "imap_encryption": "ssl",
    }
    draft = Draft(texts=texts, password="secret")
    run_check(office.deps, box.id, draft, actor=ADMIN, set_by="admin")

    [refused] = seen_refused(office.deps, box.id)
    office.clock.advance(days=1)

    assert refused.certificate.fingerprint == dovecot.certificate.fingerprint
    assert seen_refused(office.deps, box.id) == ()


def test_only_what_the_server_showed_last_can_be_trusted(
    office, dovecot, nas, scripted_imap, certificates
):
    other = certificates.self_signed()
    server = scripted_imap([], [], certificate=other, may_stop_early=True)
    office.connect(nas.id, secure(server), "secret")
    office.clock.advance(minutes=1)
    run_check(office.deps, nas.id, actor=ADMIN)

    [refused] = seen_refused(office.deps, nas.id)

    assert refused.certificate.fingerprint == other.fingerprint
    with pytest.raises(InvalidInput, match="showed last"):
        trust_seen(office.deps, nas.id, "127.0.0.1", dovecot.certificate.fingerprint, actor=ADMIN)


def test_an_expired_certificate_is_shown_and_not_offered(open_office, scripted_imap, certificates):
    office = open_office(ca_file=str(certificates.ca_file))
    expired = certificates.expired()
    server = scripted_imap([], [], certificate=expired, may_stop_early=True)
    box = office.mailbox_at(secure(server))
    office.sync(box)

    refused = read_refused(office.deps, box.id)

    assert refused is not None and not refused.trustable
    assert refused.validity == "expired on 2020-01-01"
    with pytest.raises(InvalidInput, match="Nothing was pinned"):
        trust_seen(office.deps, box.id, "127.0.0.1", expired.fingerprint, actor=ADMIN)


def test_a_changed_certificate_is_a_new_finding_that_says_what_was_trusted(office, dovecot, nas):
    pin(office, DIGEST)
    office.sync(nas)

    finding = office.row(nas).finding or {}

    shown = beginning(dovecot.certificate.fingerprint)
    assert finding["code"] == "tls.untrusted_certificate" and finding["fix_by"] == "admin"
    assert "another certificate than the one that is trusted here" in finding["summary"]
    assert f"It shows {shown} now; trusted here is {beginning(DIGEST)}" in finding["cause"]
    assert "(trusted since 3 May" in finding["cause"] and "by bea@example.org)." in finding["cause"]
    assert "known authority" not in finding["cause"]
    assert dovecot.logins_of(nas.account).accepted == 0


def test_trusting_the_new_one_ends_the_old_one(office, dovecot, nas):
    pin(office, DIGEST)
    office.sync(nas)
    digest = dovecot.certificate.fingerprint

    trust_seen(office.deps, nas.id, "127.0.0.1", digest, actor=ADMIN)

    assert pinned(office) == (digest,)
    [entry] = logged(office, "certificate.trusted")
    assert entry.detail["replaced"] == [DIGEST] and "in place of" in entry.message
    assert office.sync(nas).finding is None


def test_when_authorities_vouch_for_the_new_one_the_pin_can_just_end(open_office, dovecot):
    office = open_office(ca_file=str(dovecot.ca_file))
    box = office.mailbox_at(secure(dovecot), dovecot.user())
    pin(office, DIGEST)
    office.sync(box)
    told, refused = cause(office, box), read_refused(office.deps, box.id)

    done = untrust(office.deps, box.id, DIGEST, host="127.0.0.1", actor=ADMIN)

    assert "A known authority has signed it" in told
    assert refused is not None and refused.certificate.vouched
    assert [each.fingerprint for each in refused.others] == [DIGEST]
    assert (done.pinned, done.woken, pinned(office)) == ((), 1, ())
    [entry] = logged(office, "certificate.untrusted")
    assert entry.detail == {"host": "127.0.0.1", "fingerprints": [DIGEST]}
    assert office.sync(box).finding is None


def test_the_operator_pins_by_fingerprint_and_what_the_server_shows_is_kept(office, dovecot, nas):
    pin(office, DIGEST)
    digest = dovecot.certificate.fingerprint

    done = trust_certificate(office.deps, nas.id, digest, actor=ADMIN)

    assert (done.pinned, done.contradicted, done.woken) == ((digest,), False, 1)
    [only] = read_pins(office.deps)
    assert only.pinned_by == ADMIN and only.certificate is not None
    assert office.sync(nas).finding is None


def test_the_operator_may_pin_what_the_server_does_not_show_yet(office, dovecot, nas):
    digest = dovecot.certificate.fingerprint
    trust_certificate(office.deps, nas.id, digest, actor=ADMIN)

    prepared = trust_certificate(office.deps, nas.id, DIGEST, actor=ADMIN)

    assert not prepared.contradicted and set(prepared.pinned) == {digest, DIGEST}
    assert office.sync(nas).finding is None


def test_a_pin_that_the_server_contradicts_is_said_at_once(office, dovecot, nas):
    done = trust_certificate(office.deps, nas.id, DIGEST, actor=ADMIN)

    assert done.contradicted and done.shown is not None
    assert done.shown.fingerprint == dovecot.certificate.fingerprint


def test_a_mailbox_without_a_server_has_nothing_to_trust(office: Office):
    anna = office.person("anna@example.org")

    with pytest.raises(InvalidInput, match="no mail server yet"):
        trust_certificate(office.deps, anna.mailbox_id or 0, DIGEST, actor=ADMIN)


def test_only_mailboxes_of_that_host_that_wait_for_it_are_tried_at_once(office, dovecot, nas):
    elsewhere = office.mailbox_at(secure(dovecot, host="localhost"), dovecot.user())
    office.sync(elsewhere)
    waits_until = office.row(elsewhere).next_attempt_at
    office.clock.advance(minutes=1)

    done = trust_certificate(office.deps, nas.id, dovecot.certificate.fingerprint, actor=ADMIN)

    assert done.woken == 1
    assert office.row(elsewhere).next_attempt_at == waits_until


def test_what_is_not_pinned_cannot_be_ended(office, nas):
    with pytest.raises(InvalidInput, match="No certificate is pinned for"):
        untrust(office.deps, nas.id, actor=ADMIN)
    pin(office, DIGEST)
    with pytest.raises(InvalidInput, match="This certificate is not pinned"):
        untrust(office.deps, nas.id, "cd" * 32, actor=ADMIN)

    assert pinned(office) == (DIGEST,)


def test_a_certificate_that_was_pinned_for_one_host_is_trusted_for_no_other(office, dovecot):
    ann, ben = dovecot.user(), dovecot.user()
    trusting = office.mailbox_at(secure(dovecot), ann)
    other = office.mailbox_at(secure(dovecot, host="localhost"), ben)

    trust_certificate(office.deps, trusting.id, dovecot.certificate.fingerprint, actor=ADMIN)
    office.sync(trusting)
    office.sync(other)

    assert office.row(trusting).state == "ok"
    assert office.row(other).state == "needs_action"
    assert (dovecot.logins_of(ann).accepted, dovecot.logins_of(ben).accepted) == (1, 0)
