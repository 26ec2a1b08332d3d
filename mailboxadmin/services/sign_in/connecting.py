"""With which provider's app a mailbox can be connected."""

from sqlalchemy.orm import Session

from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import app_in_force, effective_for
from mailboxadmin.services.office.oauth_apps import apps_set_up
from mailboxadmin.store import mailboxes


def app_for(db: Session, deps: Deps, mailbox_id: int) -> AppKey | None:
    """The provider whose app suits a mailbox: its permission's, or who seems to run its mail.

    None is no proof: the mail of a domain of one's own may be run by Google or Microsoft unseen.

    Raises:
        NotFound: there is no such mailbox.
    """
    row = mailboxes.mailbox_row(db, mailbox_id)
    if in_force := app_in_force(db, mailbox_id):
        return in_force
    server = effective_for(db, deps.providers, mailbox_id).server
    runs_it = (
        deps.providers.by_domain(mailboxes.address_of(db, row)),
        deps.providers.by_host(server.host) if server else None,
        deps.providers.by_key(row.mx_provider) if row.mx_provider else None,
    )
    known = set(AppKey)
    return next((AppKey(each.key) for each in runs_it if each and each.key in known), None)


def app_ready_for(db: Session, deps: Deps, mailbox_id: int) -> AppKey | None:
    """The same, when the office's app there is set up: its owner can connect with it now.

    Raises:
        NotFound: there is no such mailbox.
    """
    app = app_for(db, deps, mailbox_id)
    return app if app in apps_set_up(db) else None
