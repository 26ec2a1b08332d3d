"""From what happened to what it means for one mailbox."""

from mailboxadmin.diagnosis import Context
from mailboxadmin.domain.effective import Effective
from mailboxadmin.domain.errors import Facts, Happening, MailboxAdminError
from mailboxadmin.domain.finding import Finding, Phase
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.effective import effective_for
from mailboxadmin.services.pins import explain_changed
from mailboxadmin.services.settings import office_values
from mailboxadmin.store import mailboxes
from mailboxadmin.store.staff import find_person
from mailboxadmin.store.store import DatabaseBusy, DiskFull


def finding_for(
    deps: Deps, mailbox_id: int, facts: Facts, *, tried: Effective | None = None
) -> Finding:
    """The finding, with its fixer taken from where the values at fault come from.

    Args:
        tried: what was in force when it happened, when it is not what is saved.
    """
    with deps.store.read() as db:
        owner = find_person(db, mailboxes.mailbox_row(db, mailbox_id).staff_id)
        context = Context(
            address=owner.email if owner else "",
            owner_first_name=owner.first_name if owner else "",
            effective=tried or effective_for(db, deps.providers, mailbox_id),
            help_contact=str(office_values(db).get("help_contact") or ""),
        )
        facts = explain_changed(db, facts)
    return deps.diagnosis.finding(facts, context)


def facts_of_store(fault: MailboxAdminError) -> Facts:
    """A database that cannot be written, as facts like any other failure."""
    happening = Happening.UNEXPECTED
    if isinstance(fault, DiskFull):
        happening = Happening.DISK_FULL
    elif isinstance(fault, DatabaseBusy):
        happening = Happening.DATABASE_BUSY
    return Facts(phase=Phase.LOCAL, happening=happening, detail=str(fault))
