"""Trusting exactly one certificate for one host: an admin's decision, and its end.

    seen by this mailbox   --> trust_seen ---------.   replaces what was pinned before
                                                    >--> pinned for the host, tried at once
    the operator's word    --> trust_certificate --'   replaces it when the server shows it
                                                       now, else stands beside it
    pinned                 --> untrust ------------>   the authorities decide again

With a pin only that certificate is accepted; there is no switch that turns checking
off. The operator may pin what the server does not show yet, so that a change of
certificate can be prepared; they are told so.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.certificate import Certificate, Pin
from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.domain.errors import InvalidInput, MailFailure
from mailboxadmin.domain.fingerprint import read_fingerprint
from mailboxadmin.domain.mailbox import Account, Encryption, State
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.look import shown_certificate
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.services.sign_in.account import build_account
from mailboxadmin.services.verdict.pins import mailboxes_on, seen_in
from mailboxadmin.store import mailboxes
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.certificates import end_pins, pin_certificate, pins_of
from mailboxadmin.store.tables import MailboxRow

#: How long the operator waits to hear what the server shows now.
_LOOK_LIMIT_S = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """What came of trusting a certificate, or of trusting it no more."""

    host: str
    #: Mailboxes that waited for it and are tried at once.
    woken: int
    #: SHA-256 of what is pinned for the host now.
    pinned: tuple[str, ...]
    #: What the server shows now; None when nobody looked, or it could not be had.
    shown: Certificate | None = None

    @property
    def contradicted(self) -> bool:
        """The server shows none of the pinned ones: its mailboxes cannot be read."""
        return self.shown is not None and self.shown.fingerprint not in self.pinned


def trust_seen(deps: Deps, mailbox_id: int, host: str, fingerprint: str, *, actor: str) -> Trusted:
    """Trust the certificate that this mailbox saw at that host, in place of any before it.

    Raises:
        NotFound: there is no such mailbox.
        InvalidInput: it is not the one that was seen; nothing was pinned.
    """
    digest = read_fingerprint(fingerprint)
    with deps.store.write() as db:
        mailboxes.mailbox_row(db, mailbox_id)
        seen = [each.certificate for each in seen_in(db, deps, mailbox_id)]
        here = [each for each in seen if (each.host, each.fingerprint) == (host, digest)]
        if not here:
            raise InvalidInput(
                "fingerprint",
                "Nothing was pinned: this is not the certificate that the server showed last.",
            )
        stale = {pin.fingerprint for pin in pins_of(db, host)} - {digest}
        return _pin(db, deps, mailbox_id, _new(deps, host, digest, actor, here[0]), stale)


def trust_certificate(deps: Deps, mailbox_id: int, fingerprint: str, *, actor: str) -> Trusted:
    """Trust a certificate by its fingerprint for the host of that mailbox, as the operator says.

    Args:
        fingerprint: SHA-256 as tools show it, with or without colons.

    Raises:
        NotFound: there is no such mailbox.
        InvalidInput: it is no SHA-256 fingerprint, or the mailbox has no server.
    """
    digest = read_fingerprint(fingerprint)
    account = _account(deps, mailbox_id)
    host, shown = account.server.host, _look(deps, account)
    matching = shown if shown is not None and shown.fingerprint == digest else None
    with deps.store.write() as db:
        before = {pin.fingerprint for pin in pins_of(db, host)} - {digest}
        pin = _new(deps, host, digest, actor, matching)
        return _pin(db, deps, mailbox_id, pin, before if matching else (), shown)


def untrust(
    deps: Deps, mailbox_id: int, fingerprint: str | None = None, *, host: str = "", actor: str
) -> Trusted:
    """End a pin, or without a fingerprint all of the host.

    Args:
        host: whose pin it is; empty is the host of that mailbox.

    Raises:
        NotFound: there is no such mailbox.
        InvalidInput: nothing like that is pinned, or the mailbox has no server.
    """
    digest = None if fingerprint is None else read_fingerprint(fingerprint)
    host = host or _account(deps, mailbox_id).server.host
    with deps.store.write() as db:
        mailboxes.mailbox_row(db, mailbox_id)
        pinned = {pin.fingerprint for pin in pins_of(db, host)}
        ended = pinned if digest is None else pinned & {digest}
        if not ended:
            what = "No certificate is" if digest is None else "This certificate is not"
            raise InvalidInput("fingerprint", f"{what} pinned for {host}.")
        end_pins(db, host, ended)
        message = f"Stopped trusting a pinned certificate for {host}."
        detail: dict[str, object] = {"host": host, "fingerprints": sorted(ended)}
        entry = _entry(Code.CERTIFICATE_UNTRUSTED, message, mailbox_id, actor, detail)
        add_entry(db, entry, deps.clock.now())
        return Trusted(host=host, woken=_wake(db, deps, host), pinned=tuple(sorted(pinned - ended)))


def _account(deps: Deps, mailbox_id: int) -> Account:
    """Enough of the mailbox's account to look at its server: no password."""
    with deps.store.read() as db:
        row = mailboxes.mailbox_row(db, mailbox_id)
        server = effective_for(db, deps.providers, mailbox_id).server
        if server is None:
            raise InvalidInput("imap_host", "This mailbox has no mail server yet.")
        guarded = row.host_set_by == "staff"
        return build_account(db, server=server, username="", guarded=guarded)


def _look(deps: Deps, account: Account) -> Certificate | None:
    if account.server.encryption is Encryption.NONE:
        return None
    try:
        return shown_certificate(account, deps.network, Deadline.after(_LOOK_LIMIT_S))
    except MailFailure:
        # The operator's word counts without it; the caller says that nothing was compared.
        return None


def _new(deps: Deps, host: str, digest: str, actor: str, shown: Certificate | None) -> Pin:
    return Pin(
        host=host,
        fingerprint=digest,
        pinned_at=deps.clock.now(),
        pinned_by=actor,
        certificate=shown,
    )


def _pin(
    db: Session,
    deps: Deps,
    mailbox_id: int,
    pin: Pin,
    stale: Collection[str],
    shown: Certificate | None = None,
) -> Trusted:
    is_new = pin_certificate(db, pin)
    end_pins(db, pin.host, stale)
    if is_new or stale:
        instead = " in place of the one before" if stale else ""
        message = f"Trusted a certificate for {pin.host}{instead}."
        detail = {"host": pin.host, "fingerprint": pin.fingerprint} | _said_of(pin.certificate)
        detail |= {"replaced": sorted(stale)} if stale else {}
        entry = _entry(Code.CERTIFICATE_TRUSTED, message, mailbox_id, pin.pinned_by, detail)
        add_entry(db, entry, pin.pinned_at)
    return Trusted(
        host=pin.host,
        woken=_wake(db, deps, pin.host),
        pinned=tuple(each.fingerprint for each in pins_of(db, pin.host)),
        shown=shown,
    )


def _said_of(certificate: Certificate | None) -> dict[str, object]:
    if certificate is None:
        return {}
    return {
        "names": list(certificate.names),
        "issuer": certificate.issuer,
        "self_signed": certificate.self_signed,
        "starts_at": rfc3339(certificate.starts_at),
        "ends_at": rfc3339(certificate.ends_at),
    }


def _wake(db: Session, deps: Deps, host: str) -> int:
    """Have the mailboxes of that host that wait because of TLS tried at once; how many."""
    waiting = [row for row in mailboxes_on(db, deps, host) if _waits_for_tls(row)]
    for row in waiting:
        row.next_attempt_at = deps.clock.now()
    return len(waiting)


def _waits_for_tls(row: MailboxRow) -> bool:
    waits = row.state in (State.NEEDS_ACTION, State.RETRYING)
    return waits and str((row.finding or {}).get("code", "")).startswith("tls.")


def _entry(
    code: Code, message: str, mailbox_id: int, actor: str, detail: dict[str, object]
) -> Entry:
    return Entry(
        code=code,
        level=Level.WARNING,
        message=message,
        actor=actor,
        mailbox_id=mailbox_id,
        detail=detail,
    )
