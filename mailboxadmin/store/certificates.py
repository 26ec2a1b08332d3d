"""Certificates that an admin pinned, by host."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailboxadmin.store.tables import TrustedCertificateRow


def pinned_fingerprints(db: Session, host: str) -> tuple[str, ...]:
    """SHA-256 fingerprints (hex, lower case) that are trusted for a host, oldest first."""
    query = (
        select(TrustedCertificateRow.fingerprint)
        .where(TrustedCertificateRow.host == host)
        .order_by(TrustedCertificateRow.created_at)
    )
    return tuple(db.scalars(query))


def pin_certificate(db: Session, host: str, fingerprint: str, now: datetime) -> bool:
    """Trust a certificate for a host; False when it was trusted before."""
    if db.get(TrustedCertificateRow, (host, fingerprint)) is not None:
        return False
    db.add(TrustedCertificateRow(host=host, fingerprint=fingerprint, created_at=now))
    return True
