"""Certificates of a private authority: good ones, and every broken kind that servers show."""

import hashlib
import ssl
import warnings
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

LOOPBACK_NAMES = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCertificate:
    """A certificate chain and its private key, as PEM files."""

    cert_file: Path
    key_file: Path
    #: The server speaks TLS 1.1 and nothing newer.
    obsolete: bool = False

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the first certificate, hex in lower case."""
        first = self.cert_file.read_text().split("-----END CERTIFICATE-----")[0]
        der = ssl.PEM_cert_to_DER_cert(f"{first}-----END CERTIFICATE-----\n")
        return hashlib.sha256(der).hexdigest()

    def server_context(self) -> ssl.SSLContext:
        """Make a TLS context that shows this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # Servers from before 2015 have short keys and old protocols; it takes this to be one.
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        if self.obsolete:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.load_cert_chain(self.cert_file, self.key_file)
        return context


class Certificates:
    """A private authority that writes certificates into `folder`.

    `ca_file` is what a client has to trust, by `SSL_CERT_FILE` or
    `ssl.create_default_context(cafile=…)`. Names default to localhost and 127.0.0.1.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority = trustme.CA()
        self.ca_file = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(str(self.ca_file))

    def good(self, *names: str) -> ServerCertificate:
        """A certificate that a client trusting `ca_file` accepts for `names`."""
        return self._written("good", self._authority.issue_cert(*(names or LOOPBACK_NAMES)))

    def expired(self, *names: str) -> ServerCertificate:
        """A trusted certificate whose validity ended on 1 January 2020."""
        leaf = self._authority.issue_cert(
            *(names or LOOPBACK_NAMES), not_after=datetime(2020, 1, 1, tzinfo=UTC)
        )
        return self._written("expired", leaf)

    def not_yet_valid(self, *names: str) -> ServerCertificate:
        """A trusted certificate that starts in 2035: what a machine with a slow clock sees."""
        leaf = self._authority.issue_cert(
            *(names or LOOPBACK_NAMES),
            not_before=datetime(2035, 1, 1, tzinfo=UTC),
            not_after=datetime(2037, 1, 1, tzinfo=UTC),
        )
        return self._written("not-yet-valid", leaf)

    def wrong_name(self) -> ServerCertificate:
        """A trusted certificate that is good for imap.elsewhere.example only."""
        return self._written("wrong-name", self._authority.issue_cert("imap.elsewhere.example"))

    def unknown_authority(self, *names: str) -> ServerCertificate:
        """A certificate for `names` from an authority that is not `ca_file`."""
        return self._written(
            "unknown-authority", trustme.CA().issue_cert(*(names or LOOPBACK_NAMES))
        )

    def self_signed(self) -> ServerCertificate:
        """A certificate that signed itself, as a fresh mail server or a router shows it."""
        lone = trustme.CA()
        return self._write("self-signed", lone.cert_pem.bytes(), lone.private_key_pem.bytes())

    def missing_intermediate(self) -> ServerCertificate:
        """A trusted certificate, but its server does not show by whom it was issued."""
        leaf = self._authority.create_child_ca().issue_cert(*LOOPBACK_NAMES)
        alone = leaf.cert_chain_pems[0].bytes()
        return self._write("missing-intermediate", alone, leaf.private_key_pem.bytes())

    def short_key(self) -> ServerCertificate:
        """A certificate of the trusted authority with an RSA key of 1024 bits."""
        authority = x509.load_pem_x509_certificate(self._authority.cert_pem.bytes())
        signer = load_pem_private_key(self._authority.private_key_pem.bytes(), password=None)
        assert isinstance(signer, ec.EllipticCurvePrivateKey)
        key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
        names = x509.SubjectAlternativeName([x509.DNSName(LOOPBACK_NAMES[0])])
        certificate = (
            x509.CertificateBuilder(issuer_name=authority.subject, subject_name=x509.Name([]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2035, 1, 1, tzinfo=UTC))
            .add_extension(names, critical=True)
            .sign(signer, hashes.SHA256())
        )
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return self._write("short-key", certificate.public_bytes(Encoding.PEM), pem)

    def obsolete(self) -> ServerCertificate:
        """A good certificate on a server that speaks nothing newer than TLS 1.1."""
        return replace(self.good(), obsolete=True)

    def _written(self, stem: str, leaf: trustme.LeafCert) -> ServerCertificate:
        chain = b"".join(blob.bytes() for blob in leaf.cert_chain_pems)
        return self._write(stem, chain, leaf.private_key_pem.bytes())

    def _write(self, stem: str, chain: bytes, key: bytes) -> ServerCertificate:
        number = len(list(self._folder.glob("*.key")))
        pair = ServerCertificate(
            cert_file=self._folder / f"{stem}-{number}.pem",
            key_file=self._folder / f"{stem}-{number}.key",
        )
        pair.cert_file.write_bytes(chain)
        pair.key_file.write_bytes(key)
        return pair
