"""From what happened to what it means for one mailbox."""

from sqlalchemy.orm import Session

from mailboxadmin.diagnosis import Context
from mailboxadmin.domain.effective import Effective
from mailboxadmin.domain.errors import Facts, Happening, MailboxAdminError
from mailboxadmin.domain.finding import Finding, Phase
from mailboxadmin.domain.people import Role, Standing
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.services.office.oauth_apps import apps_set_up
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.services.verdict.pins import explain_changed
from mailboxadmin.services.verdict.unknown import note_unknown
from mailboxadmin.store import mailboxes
from mailboxadmin.store.staff import find_person, list_people
from mailboxadmin.store.store import Damaged, DatabaseBusy, DiskFull, IndexDamaged, ReadOnly


def finding_for(
    deps: Deps,
    mailbox_id: int,
    facts: Facts,
    *,
    tried: Effective | None = None,
    login: str | None = None,
) -> Finding:
    """The finding, with its fixer taken from where the values at fault come from.

    Words that nothing knows are kept, to be added; so no transaction may be open.

    Args:
        tried: what was in force when it happened, when it is not what is saved.
        login: the name at sign-in then, in the same case.
    """
    with deps.store.read() as db:
        row = mailboxes.mailbox_row(db, mailbox_id)
        owner = find_person(db, row.staff_id)
        context = Context(
            address=owner.email if owner else "",
            owner_first_name=owner.first_name if owner else "",
            effective=tried or effective_for(db, deps.providers, mailbox_id),
            help_contact=whom_to_ask(db),
            oauth_apps=apps_set_up(db),
        )
        facts = explain_changed(db, facts)
    note_unknown(deps, facts, context, login=login or row.username)
    return deps.diagnosis.finding(facts, context)


def whom_to_ask(db: Session) -> str:
    """As the office says it, else its one admin; empty when there are several."""
    contact = str(office_values(db).get("help_contact") or "")
    admins = [
        each
        for each in list_people(db)
        if each.role is Role.ADMIN and each.standing is Standing.ACTIVE
    ]
    if contact or len(admins) != 1:
        return contact
    return f"your admin {admins[0].name or admins[0].email}"


def facts_of_store(fault: MailboxAdminError) -> Facts:
    """A database that cannot be written, as facts like any other failure."""
    happening = _HAPPENINGS.get(type(fault), Happening.UNEXPECTED)
    return Facts(phase=Phase.LOCAL, happening=happening, detail=str(fault))


_HAPPENINGS: dict[type[MailboxAdminError], Happening] = {
    DiskFull: Happening.DISK_FULL,
    DatabaseBusy: Happening.DATABASE_BUSY,
    Damaged: Happening.DATABASE_DAMAGED,
    IndexDamaged: Happening.DATABASE_DAMAGED,
    ReadOnly: Happening.DATABASE_READ_ONLY,
}
