"""Trusting a certificate that no authority vouches for: an admin's decision."""

import re

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.effective import effective_for
from mailboxadmin.store import mailboxes
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.certificates import pin_certificate


def trust_certificate(deps: Deps, mailbox_id: int, fingerprint: str, *, actor: str) -> str:
    """Trust one certificate for the host of that mailbox, for all mailboxes there; the host.

    Args:
        fingerprint: SHA-256 as tools show it, with or without colons.

    Raises:
        NotFound: there is no such mailbox.
        InvalidInput: it is no SHA-256 fingerprint, or the mailbox has no server.
    """
    digest = read_fingerprint(fingerprint)
    now = deps.clock.now()
    with deps.store.write() as db:
        server = effective_for(db, deps.providers, mailbox_id).server
        if server is None:
            raise InvalidInput("imap_host", "This mailbox has no mail server yet.")
        if not pin_certificate(db, server.host, digest, now):
            return server.host
        for row, _ in mailboxes.all_with_address(db):
            waits = row.state in (State.NEEDS_ACTION, State.RETRYING)
            if waits and str((row.finding or {}).get("code", "")).startswith("tls."):
                row.next_attempt_at = now
        entry = Entry(
            code=Code.CERTIFICATE_TRUSTED,
            level=Level.WARNING,
            message=f"Trusted a certificate for {server.host}.",
            actor=actor,
            mailbox_id=mailbox_id,
            detail={"host": server.host, "fingerprint": digest},
        )
        add_entry(db, entry, now)
    return server.host


def read_fingerprint(text: str) -> str:
    """64 hexadecimal digits, lower case, however they were written.

    Raises:
        InvalidInput: it is no SHA-256 fingerprint.
    """
    bare = re.sub(r"^sha-?256(?: fingerprint)?\s*[=:]\s*", "", text.strip().lower())
    digest = re.sub(r"[\s:]", "", bare)
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise InvalidInput(
            "fingerprint", "A SHA-256 fingerprint has 64 hexadecimal digits; colons may be in it."
        )
    return digest
