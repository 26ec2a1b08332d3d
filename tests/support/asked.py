"""A mailbox whose password was changed on the server, and the link in which its owner mends it."""

from urllib.parse import urlsplit

from mailboxadmin.services.mailboxes.repair import make_repair_link
from mailboxadmin.store.mailboxes import mailbox_row
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office

ADMIN = "grace@example.org"
NEW_PASSWORD = "another horse battery"


def lock_out(office: Office, server: Dovecot) -> Box:
    """It worked, until its password was changed on the server."""
    box = office.mailbox(server=server)
    assert office.sync(box).finding is None
    office.clock.advance(minutes=5)
    server.change_password(box.account, NEW_PASSWORD)
    found = office.sync(box).finding
    assert found is not None and found.code == "auth.bad_credentials"
    return box


def path_for(office: Office, box: Box) -> str:
    """The path of a new link for its owner."""
    return urlsplit(make_repair_link(office.deps, box.id, actor=ADMIN)).path


def token_for(office: Office, box: Box) -> str:
    """The token of a new link."""
    return path_for(office, box).removeprefix("/repair/")


def nonce_of(office: Office, box: Box) -> str | None:
    """The nonce that holds; None when there is no link that does."""
    with office.deps.store.read() as db:
        return mailbox_row(db, box.id).repair_nonce
