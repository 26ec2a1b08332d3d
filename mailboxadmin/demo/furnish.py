"""Moving in: the people of the sample office, their mailboxes and the first sync."""

from collections.abc import Sequence

from mailboxadmin.demo.people import SamplePerson
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.services.configure import configure_mailbox
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.draft import Draft
from mailboxadmin.services.people import add_person, ensure_mailbox
from mailboxadmin.services.rounds import sync_many
from mailboxadmin.services.settings import change_settings


def connect_everybody(deps: Deps, staff: Sequence[SamplePerson], host: str, port: int) -> None:
    """Name the mail server as the office default, and add everybody with what they entered."""
    texts = {
        "imap_host": host,
        "imap_port": str(port),
        "imap_encryption": "none",
        # Staff may not name addresses inside the office unless they are listed.
        "allowed_internal_hosts": f"{host}:{port}",
        "check_every_minutes": "3",
        "help_contact": f"{staff[0].name}, desk by the door",
    }
    change_settings(deps, texts, actor=COMMAND_LINE)
    for person in staff:
        _connect(deps, person)


def first_sync(deps: Deps) -> int:
    """Sync every mailbox once; how many messages came."""
    reports = sync_many(deps, None, due=False, actor=COMMAND_LINE)
    return sum(report.counts.new for report in reports)


def _connect(deps: Deps, person: SamplePerson) -> None:
    added = add_person(
        deps,
        email=person.email,
        name=person.name,
        role=person.role,
        actor=COMMAND_LINE,
        password=person.sign_in_password,
    )
    configure_mailbox(
        deps,
        ensure_mailbox(deps, added.id),
        Draft(texts={"folders": f"INBOX\n{person.folders.sent}"}, password=person.entered_password),
        actor=COMMAND_LINE,
        set_by="operator",
        test=False,
    )
