import socket
import ssl
import threading
from contextlib import suppress

import pytest

from mailboxadmin.demo.ports import LOOPBACK


def handshake(certificates, certificate, name="localhost"):
    """Shake hands with a server that shows `certificate`, as a client that trusts the authority."""
    server_end, client_end = socket.socketpair()
    with server_end, client_end:
        threading.Thread(target=show, args=(server_end, certificate), daemon=True).start()
        context = ssl.create_default_context(cafile=certificates.ca_file)
        context.wrap_socket(client_end, server_hostname=name).close()


def show(server_end, certificate):
    with suppress(
        OSError
    ):  # The client may refuse the certificate, which is what the test looks at.
        certificate.server_context().wrap_socket(server_end, server_side=True)


@pytest.mark.parametrize("name", ["localhost", LOOPBACK])
def test_a_good_certificate_is_accepted(certificates, name):
    handshake(certificates, certificates.good(), name)


def test_a_good_certificate_is_for_the_names_asked_for(certificates):
    handshake(certificates, certificates.good("imap.example.org"), "imap.example.org")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("expired", "certificate has expired"),
        ("not_yet_valid", "not yet valid"),
        ("wrong_name", "Hostname mismatch"),
        ("unknown_authority", "unable to get local issuer"),
        ("self_signed", "self-signed certificate"),
        ("missing_intermediate", "unable to get local issuer"),
        ("short_key", "key too weak"),
    ],
)
def test_each_broken_certificate_is_refused_for_its_own_reason(certificates, kind, reason):
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        handshake(certificates, getattr(certificates, kind)())


def test_an_obsolete_protocol_is_refused_before_any_certificate(certificates):
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol"):
        handshake(certificates, certificates.obsolete())
