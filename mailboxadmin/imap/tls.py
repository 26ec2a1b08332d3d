"""Which certificates are accepted, and what one says of itself."""

import functools
import hashlib
import os
import ssl

from cryptography import x509
from cryptography.x509.oid import NameOID

from mailboxadmin.domain.certificate import Certificate, covers
from mailboxadmin.domain.errors import Happening

#: More than a person reads; a certificate can hold thousands, and lines of any length.
_MOST_NAMES, _LONGEST_NAME = 50, 255

#: OpenSSL's verification results (x509_vfy.h) that have a happening of their own.
_EXPIRED, _NOT_YET_VALID, _OTHER_HOST, _OTHER_ADDRESS = 10, 9, 62, 64

#: OpenSSL's words when what came is not TLS at all.
_NOT_TLS_REASONS = frozenset(
    {
        "WRONG_VERSION_NUMBER",
        "UNKNOWN_PROTOCOL",
        "HTTP_REQUEST",
        "PACKET_LENGTH_TOO_LONG",
        "RECORD_LAYER_FAILURE",
    }
)


@functools.lru_cache(maxsize=8)
def trusting_context(ca_file: str | None) -> ssl.SSLContext:
    """The system's authorities and those in `ca_file`; names are checked.

    Kept, because reading the system's bundle costs 30 ms. `SSL_CERT_FILE` replaces the
    system's bundle inside OpenSSL, so that is loaded by its own path as well.

    Raises:
        OSError: `ca_file` cannot be read, or is no PEM file (`ssl.SSLError`).
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        paths = ssl.get_default_verify_paths()
        for cafile, capath in ((paths.openssl_cafile, None), (None, paths.openssl_capath)):
            if os.path.exists(cafile or capath or ""):
                context.load_verify_locations(cafile=cafile, capath=capath)
        context.load_verify_locations(cafile=ca_file)
    return context


@functools.lru_cache(maxsize=1)
def unverified_context() -> ssl.SSLContext:
    """Accepts any certificate: to look at it, or to compare it with a pinned one. Nothing else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def fingerprint(der: bytes) -> str:
    """SHA-256 of a certificate, hex in lower case without colons."""
    return hashlib.sha256(der).hexdigest()


def parse_certificate(der: bytes, host: str) -> Certificate:
    """What it says of itself.

    Args:
        host: the server that showed it.

    Raises:
        ValueError: it is no X.509 certificate.
    """
    parsed = x509.load_der_x509_certificate(der)
    return Certificate(
        fingerprint=fingerprint(der),
        issuer=_name_of(parsed.issuer),
        self_signed=parsed.issuer == parsed.subject,
        names=_kept(_names(parsed), host),
        starts_at=parsed.not_valid_before_utc,
        ends_at=parsed.not_valid_after_utc,
        host=host,
    )


def _name_of(name: x509.Name) -> str:
    for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for attribute in name.get_attributes_for_oid(oid):
            return _line(str(attribute.value))
    return _line(name.rfc4514_string()) or "an authority without a name"


def _names(parsed: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return tuple(
            str(name.value) for name in parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        )
    names = [str(name) for name in extension.value.get_values_for_type(x509.DNSName)]
    return (*names, *(str(ip) for ip in extension.value.get_values_for_type(x509.IPAddress)))


def _kept(names: tuple[str, ...], host: str) -> tuple[str, ...]:
    """Those that a person reads, the ones that fit the host before the others."""
    fitting_first = sorted(names, key=lambda name: not covers(name, host))
    return tuple(_line(name) for name in fitting_first[:_MOST_NAMES])


def _line(text: str) -> str:
    """One line that shows all there is, of a length that can be read."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[:_LONGEST_NAME])
    return " ".join(shown.split())


def happening_of(fault: ssl.SSLError | ConnectionError) -> Happening:
    """What a failed handshake means."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        if fault.verify_code in (_EXPIRED, _NOT_YET_VALID):
            return Happening.CERTIFICATE_EXPIRED
        if fault.verify_code in (_OTHER_HOST, _OTHER_ADDRESS):
            return Happening.CERTIFICATE_WRONG_HOST
        return Happening.CERTIFICATE_UNTRUSTED
    # Only what OpenSSL itself raised has a reason.
    if getattr(fault, "reason", None) in _NOT_TLS_REASONS:
        return Happening.NOT_TLS
    return Happening.HANDSHAKE_FAILED
