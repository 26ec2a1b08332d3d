"""Which certificates were refused and which are pinned: what the pages about trust show.

A certificate is known here because a sync or a test of the mailbox saw it: an open
incident has it, and so has the log of each test. Of one host only the newest counts,
since the server shows no other any more.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.certificate import Certificate, Pin
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.fingerprint import beginning
from mailboxadmin.domain.mailbox import Check
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.store import mailboxes
from mailboxadmin.store.activity_pages import entries
from mailboxadmin.store.certificates import all_pins, pins_of
from mailboxadmin.store.incidents import incident_of
from mailboxadmin.store.tables import MailboxRow

#: What these findings are about can be trusted; an expired certificate is renewed instead.
TRUSTABLE = frozenset({"tls.untrusted_certificate", "tls.wrong_host"})
#: What a test saw longer ago is looked at again before it is trusted.
_FRESH = timedelta(days=1)
_TESTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A certificate that a mailbox's server showed and that was refused."""

    mailbox_id: int
    certificate: Certificate
    #: `good for 61 days`, `expired on 2020-01-01`.
    validity: str
    #: It is one that an admin may trust.
    trustable: bool
    #: What is pinned for its host.
    pins: tuple[Pin, ...]
    #: Whom to ask in this office; empty when nobody was named.
    contact: str

    @property
    def pin(self) -> Pin | None:
        """The pin of this very certificate: it was trusted meanwhile."""
        here = (pin for pin in self.pins if pin.fingerprint == self.certificate.fingerprint)
        return next(here, None)

    @property
    def others(self) -> tuple[Pin, ...]:
        """What else is pinned for the host: what it showed before."""
        return tuple(pin for pin in self.pins if pin is not self.pin)


def read_refused(deps: Deps, mailbox_id: int) -> Refused | None:
    """The certificate that the mailbox's finding is about; None when it is about none.

    Raises:
        NotFound: there is no such mailbox.
    """
    with deps.store.read() as db:
        mailboxes.mailbox_row(db, mailbox_id)
        incident = incident_of(db, mailbox_id)
        if incident is None or incident.certificate is None:
            return None
        return _refused(db, deps, mailbox_id, incident.certificate, incident.finding.code)


def refused_in(deps: Deps, mailbox_id: int, check: Check) -> Refused | None:
    """The certificate that a test of the mailbox saw refused; None when it is about none."""
    if check.certificate is None or check.finding is None:
        return None
    with deps.store.read() as db:
        return _refused(db, deps, mailbox_id, check.certificate, check.finding.code)


def seen_refused(deps: Deps, mailbox_id: int) -> tuple[Refused, ...]:
    """What may be trusted for this mailbox, the newest first: one certificate a host.

    Raises:
        NotFound: there is no such mailbox.
    """
    with deps.store.read() as db:
        mailboxes.mailbox_row(db, mailbox_id)
        return seen_in(db, deps, mailbox_id)


def seen_in(db: Session, deps: Deps, mailbox_id: int) -> tuple[Refused, ...]:
    """The same within a transaction."""
    newest: dict[str, Refused] = {}
    sightings = list(_sightings(db, mailbox_id, deps.clock.now()))
    for _, certificate, code in sorted(sightings, key=itemgetter(0), reverse=True):
        refused = _refused(db, deps, mailbox_id, certificate, code)
        newest.setdefault(certificate.host, refused)
    return tuple(refused for refused in newest.values() if refused.trustable)


def _sightings(
    db: Session, mailbox_id: int, now: datetime
) -> Iterator[tuple[datetime, Certificate, str]]:
    """When, which certificate, and the code of the finding about it."""
    incident = incident_of(db, mailbox_id)
    if incident is not None and incident.certificate is not None:
        yield incident.last_at, incident.certificate, incident.finding.code
    tests = entries(
        db,
        mailbox_id=mailbox_id,
        codes=[Code.CHECK_FINISHED],
        minimum=Level.WARNING,
        limit=_TESTS,
    )
    for test in tests:
        # Tests of before an update have none in their log.
        shown = test.detail.get("certificate")
        if shown is not None and now - test.at < _FRESH:
            yield test.at, Certificate.from_json(shown), str(test.detail["code"])


def _refused(
    db: Session, deps: Deps, mailbox_id: int, certificate: Certificate, code: str
) -> Refused:
    return Refused(
        mailbox_id=mailbox_id,
        certificate=certificate,
        validity=certificate.validity(deps.clock.now()),
        trustable=code in TRUSTABLE,
        pins=pins_of(db, certificate.host),
        contact=str(office_values(db)["help_contact"] or ""),
    )


def explain_changed(db: Session, facts: Facts) -> Facts:
    """The facts of a changed certificate with a hint that says which was pinned, when, by whom."""
    shown = facts.certificate
    if facts.happening is not Happening.CERTIFICATE_CHANGED or shown is None:
        return facts
    pinned = " or ".join(_pinned_in_words(pin) for pin in pins_of(db, shown.host))
    if not pinned:
        return facts  # Ended meanwhile.
    hint = f"It shows {beginning(shown.fingerprint)} now; trusted here is {pinned}."
    return replace(facts, hint=hint)


def _pinned_in_words(pin: Pin) -> str:
    at = pin.pinned_at.astimezone()
    by = f" by {pin.pinned_by}" if pin.pinned_by else ""
    return f"{beginning(pin.fingerprint)} (trusted since {at.day} {at:%B} {at.year}{by})"


def read_pins(deps: Deps) -> tuple[Pin, ...]:
    """Everything that is pinned in this office, by host."""
    with deps.store.read() as db:
        return all_pins(db)


def count_mailboxes(deps: Deps, host: str) -> int:
    """How many mailboxes are on a host, those not connected yet too."""
    with deps.store.read() as db:
        return len(mailboxes_on(db, deps, host))


def mailboxes_on(db: Session, deps: Deps, host: str) -> list[MailboxRow]:
    """The mailboxes whose server in force has that name."""
    found = []
    for row, _ in mailboxes.all_with_address(db):
        server = effective_for(db, deps.providers, row.id).server
        if server is not None and server.host == host:
            found.append(row)
    return found
