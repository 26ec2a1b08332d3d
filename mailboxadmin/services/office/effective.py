"""What holds for one mailbox, from the parts that are stored."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.orm import Session

from mailboxadmin.diagnosis import Providers
from mailboxadmin.domain.effective import Effective, effective
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.settings import SETTINGS, Value
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.network import MX_LIMIT_S
from mailboxadmin.services.deps import Deps
from mailboxadmin.store import mailboxes
from mailboxadmin.store.grants import grant_row
from mailboxadmin.store.settings import office_texts

#: When a domain's MX is asked for again: DNS may be back soon, another mail host seldom is.
AFTER_NO_ANSWER = timedelta(minutes=5)
AFTER_NOBODY_KNOWN = timedelta(days=1)


def parsed(texts: Mapping[str, str]) -> dict[str, Value]:
    """Stored texts as values; they were read once before they were stored."""
    return {key: SETTINGS[key].parse(text) for key, text in texts.items() if key in SETTINGS}


def effective_for(db: Session, providers: Providers, mailbox_id: int) -> Effective:
    """The settings in force for a mailbox, each with its origin.

    Raises:
        NotFound: there is no such mailbox.
    """
    own = mailboxes.own_texts(db, mailbox_id)
    return effective_with(db, providers, mailbox_id, own, app=app_in_force(db, mailbox_id))


def app_in_force(db: Session, mailbox_id: int) -> AppKey | None:
    """Whose permission a mailbox signs in with; None where it is a password, or nothing yet."""
    grant = grant_row(db, mailbox_id)
    return AppKey(grant.app) if grant else None


def effective_with(
    db: Session,
    providers: Providers,
    mailbox_id: int,
    own: Mapping[str, str],
    *,
    app: AppKey | None,
) -> Effective:
    """What would be in force if the personal settings were these.

    Args:
        app: whose permission it would sign in with.

    Raises:
        NotFound: there is no such mailbox.
    """
    row = mailboxes.mailbox_row(db, mailbox_id)
    return effective(
        parsed(own),
        parsed(office_texts(db)),
        by_domain=providers.by_domain(mailboxes.address_of(db, row)),
        by_mx=providers.by_key(row.mx_provider) if row.mx_provider else None,
        by_grant=providers.by_key(app) if app else None,
    )


def recognise_by_mx(deps: Deps, mailbox_id: int) -> None:
    """Ask the domain's MX who runs its mail, now and then, when nothing else names a server.

    Raises:
        NotFound: there is no such mailbox.
    """
    now = deps.clock.now()
    with deps.store.read() as db:
        domain = mailboxes.address_of(db, mailboxes.mailbox_row(db, mailbox_id)).rpartition("@")[2]
        known = effective_for(db, deps.providers, mailbox_id).server is not None
    if known or deps.mx_again_at.get(domain, now) > now:
        return
    # Noted first, so that no other page waits for the same answer. No mail exchanger and no
    # answer look the same.
    deps.mx_again_at[domain] = now + AFTER_NO_ANSWER
    hosts = deps.network.mx(domain, Deadline.after(MX_LIMIT_S))
    provider = deps.providers.by_mx(hosts)
    if provider is not None:
        with deps.store.write() as db:
            mailboxes.mailbox_row(db, mailbox_id).mx_provider = provider.key
        deps.mx_again_at.pop(domain, None)
    elif hosts:
        deps.mx_again_at[domain] = now + AFTER_NOBODY_KNOWN
