"""Certificates that were pinned, by host."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.certificate import Certificate, Pin
from mailboxadmin.store.tables import TrustedCertificateRow


def pinned_fingerprints(db: Session, host: str) -> tuple[str, ...]:
    """SHA-256 fingerprints (hex, lower case) that are trusted for a host, oldest first."""
    query = (
        select(TrustedCertificateRow.fingerprint)
        .where(TrustedCertificateRow.host == host)
        .order_by(TrustedCertificateRow.created_at)
    )
    return tuple(db.scalars(query))


def pins_of(db: Session, host: str) -> tuple[Pin, ...]:
    """What is pinned for a host, oldest first."""
    return tuple(pin for pin in all_pins(db) if pin.host == host)


def all_pins(db: Session) -> tuple[Pin, ...]:
    """Everything that is pinned, by host, oldest first; there are never many."""
    query = select(TrustedCertificateRow).order_by(
        TrustedCertificateRow.host, TrustedCertificateRow.created_at
    )
    return tuple(_pin(row) for row in db.scalars(query))


def pin_certificate(db: Session, pin: Pin) -> bool:
    """Trust a certificate for a host; False when it was trusted before."""
    if db.get(TrustedCertificateRow, (pin.host, pin.fingerprint)) is not None:
        return False
    db.add(
        TrustedCertificateRow(
            host=pin.host,
            fingerprint=pin.fingerprint,
            certificate=pin.certificate.as_json() if pin.certificate else None,
            pinned_by=pin.pinned_by,
            created_at=pin.pinned_at,
        )
    )
    return True


def end_pins(db: Session, host: str, fingerprints: Collection[str]) -> None:
    """Trust these certificates no more for that host."""
    db.execute(
        delete(TrustedCertificateRow).where(
            TrustedCertificateRow.host == host,
            TrustedCertificateRow.fingerprint.in_(fingerprints),
        )
    )


def _pin(row: TrustedCertificateRow) -> Pin:
    return Pin(
        host=row.host,
        fingerprint=row.fingerprint,
        pinned_at=row.created_at,
        pinned_by=row.pinned_by,
        certificate=Certificate.from_json(row.certificate) if row.certificate else None,
    )
