"""What a monitor reads of an office, and an office in which every figure has something to tell."""

import threading
from datetime import timedelta

from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.keeping.daily_backup import back_up_if_due
from mailboxadmin.store import watch
from tests.support import states
from tests.support.broken import configured
from tests.support.office import Office
from tests.support.visitor import Visitor

#: What a monitor shows, where the office is told `s3cret`.
TOKEN = {"Authorization": "Bearer s3cret"}


def scrape(office: Office) -> str:
    """The figures as text."""
    office.app.config["METRICS_TOKEN"] = "s3cret"
    visitor = Visitor(office.app)
    visitor.get("/login")  # A page is timed, too.
    return visitor.get("/metrics", headers=TOKEN).text


def everything(office: Office) -> None:
    """An office in which every figure has something to tell."""
    now = office.clock.now()
    states.put(office, states.somebody(office, "Anna"), State.OK, last_success_at=now)
    ben = states.put(office, states.somebody(office, "Ben"), State.NEEDS_ACTION, states.finding())
    broken_by = {"code": "auth.bad_credentials"}
    states.log(
        office, Code.SYNC_FAILED, "No.", mailbox_id=ben, level=Level.ERROR, finding=broken_by
    )
    configured(office, "cleo@example.org", imap_host="mail.example.org")
    shown = Certificate(
        fingerprint="ab" * 32,
        issuer="Let’s Encrypt",
        self_signed=False,
        names=("mail.example.org",),
        starts_at=now,
        ends_at=now + timedelta(days=3),
    )
    with office.deps.store.write() as db:
        watch.note_certificate(db, "mail.example.org:993", shown, now)
    back_up_if_due(office.deps, threading.Event())
    states.tick(office)
