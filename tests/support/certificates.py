"""Certificates of a private authority: good ones, and every broken kind that servers show."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import trustme

LOOPBACK_NAMES = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCertificate:
    """A certificate chain and its private key, as PEM files."""

    cert_file: Path
    key_file: Path

    def server_context(self) -> ssl.SSLContext:
        """Return a TLS context that shows this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
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
