"""Configuring mailboxes as people do, for tests of settings, Mailbox Config and checks."""

from mailboxadmin.domain.mailbox import Check
from mailboxadmin.domain.people import Person
from mailboxadmin.services.mailboxes.configure import configure_mailbox
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.sign_in.draft import Draft, SetBy
from mailboxadmin.store.secrets import password_row
from mailboxadmin.store.tables import MailboxRow
from tests.support.dovecot import Dovecot
from tests.support.office import Office

ADMIN = "grace@example.org"


def use_server(office: Office, server: Dovecot, **texts: str) -> None:
    """Make it the office's server."""
    where = {"imap_host": server.host, "imap_port": str(server.port), "imap_encryption": "none"}
    change_settings(office.deps, where | texts, actor=ADMIN)


def save(
    office: Office,
    mailbox: Person,
    *,
    password: str | None = None,
    username: str | None = None,
    set_by: SetBy = "staff",
    test: bool = True,
    **texts: str,
) -> Check | None:
    """Save what is given, as its owner unless said otherwise."""
    assert mailbox.mailbox_id is not None
    draft = Draft(texts=texts, username=username, password=password)
    return configure_mailbox(
        office.deps, mailbox.mailbox_id, draft, actor=mailbox.email, set_by=set_by, test=test
    )


def row_of(office: Office, mailbox: Person) -> MailboxRow:
    """The mailbox's row."""
    with office.deps.store.read() as db:
        row = db.get_one(MailboxRow, mailbox.mailbox_id)
        db.expunge_all()
    return row


def bound_to(office: Office, mailbox: Person) -> str | None:
    """The server that the stored password was entered for."""
    with office.deps.store.read() as db:
        row = password_row(db, mailbox.mailbox_id or 0)
        return row.bound_to if row else None


def stored_password(office: Office, mailbox: Person) -> str | None:
    """The password as it is sent to the server."""
    with office.deps.store.read() as db:
        row = password_row(db, mailbox.mailbox_id or 0)
        return office.deps.vault.open(row.sealed) if row else None
