"""Pinning a certificate: an admin's decision, for one host, logged."""

import hashlib
import ssl

import pytest

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.fingerprint import read_fingerprint
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.services.check import run_check
from mailboxadmin.services.trust import trust_certificate
from mailboxadmin.store.certificates import pinned_fingerprints
from tests.support.configuring import ADMIN
from tests.support.dovecot import Dovecot
from tests.support.log import logged
from tests.support.office import Office

DIGEST = "ab" * 32


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


def test_a_mailbox_without_a_server_has_nothing_to_trust(office: Office):
    anna = office.person("anna@example.org")

    with pytest.raises(InvalidInput, match="no mail server yet"):
        trust_certificate(office.deps, anna.mailbox_id or 0, DIGEST, actor=ADMIN)


def test_a_pinned_certificate_is_trusted_and_the_mailbox_is_tried_again(office, dovecot: Dovecot):
    where = Server(host=dovecot.host, port=dovecot.ssl_port, encryption=Encryption.SSL)
    box = office.mailbox_at(where, dovecot.user())
    office.sync(box)
    assert office.row(box).state == "needs_action"

    shown = ssl.get_server_certificate((dovecot.host, dovecot.ssl_port))
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(shown)).hexdigest()
    trust_certificate(office.deps, box.id, digest, actor=ADMIN)
    trust_certificate(office.deps, box.id, digest, actor=ADMIN)

    with office.deps.store.read() as db:
        assert pinned_fingerprints(db, dovecot.host) == (digest,)
    [entry] = logged(office, "certificate.trusted")
    assert (entry.actor, entry.detail["host"]) == (ADMIN, dovecot.host)
    assert office.row(box).next_attempt_at == office.clock.now()
    assert run_check(office.deps, box.id, actor=ADMIN).ok


def test_a_certificate_that_was_pinned_for_one_host_is_trusted_for_no_other(office, dovecot):
    ann, ben = dovecot.user(), dovecot.user()

    def at(host, user):
        where = Server(host=host, port=dovecot.ssl_port, encryption=Encryption.SSL)
        return office.mailbox_at(where, user)

    trusting, other = at(dovecot.host, ann), at("localhost", ben)
    shown = ssl.get_server_certificate((dovecot.host, dovecot.ssl_port))
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(shown)).hexdigest()

    trust_certificate(office.deps, trusting.id, digest, actor=ADMIN)
    office.sync(trusting)
    office.sync(other)

    assert office.row(trusting).state == "ok"
    assert office.row(other).state == "needs_action"
    assert (dovecot.logins_of(ann).accepted, dovecot.logins_of(ben).accepted) == (1, 0)
