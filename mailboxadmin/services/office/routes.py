"""On which ways the office tells people, as its settings name them."""

from typing import Final

from sqlalchemy.orm import Session

from mailboxadmin.domain.delivery import (
    Channel,
    DeliveryFacts,
    HookRoute,
    MailRoute,
    NotDelivered,
    Stage,
    Trouble,
)
from mailboxadmin.domain.errors import InvalidInput, SecretUnreadable
from mailboxadmin.domain.notify_entered import read_address
from mailboxadmin.domain.settings import SETTINGS
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import parsed
from mailboxadmin.services.office.smtp_password import SMTP_PASSWORD, smtp_server
from mailboxadmin.store.secrets import office_secret_row
from mailboxadmin.store.settings import office_texts

WEBHOOK_SECRET: Final = "webhook_secret"
#: Without these there is no such way; the first that is missing is named.
NEEDED: Final = {
    Channel.MAIL: ("notify_to", "smtp_host"),
    Channel.WEBHOOK: ("webhook_url",),
    Channel.PING: ("ping_url",),
}
#: The settings that a way is made of.
_BEGINNINGS: Final = {
    Channel.MAIL: ("smtp_", "notify_to"),
    Channel.WEBHOOK: ("webhook_",),
    Channel.PING: ("ping_",),
}


def set_up(db: Session) -> frozenset[Channel]:
    """The ways there are, whether they work or not."""
    texts = office_texts(db)
    return frozenset(way for way in Channel if all(texts.get(key) for key in NEEDED[way]))


def channel_of(key: str) -> Channel | None:
    """The way that a setting is part of; None when it is part of none."""
    return next((way for way in Channel if key.startswith(_BEGINNINGS[way])), None)


def need(db: Session, channel: Channel) -> None:
    """Do nothing when the way is set up.

    Raises:
        InvalidInput: what it lacks, beside the field.
    """
    texts = office_texts(db)
    for key in NEEDED[channel]:
        if not texts.get(key):
            raise InvalidInput(key, f"Nothing can be sent without it: {SETTINGS[key].label}.")


def mail_route(db: Session, deps: Deps) -> MailRoute:
    """The mail server that sends, and who is told.

    Raises:
        NotDelivered: its password cannot be opened.
        InvalidInput: it is not set up.
    """
    need(db, Channel.MAIL)
    texts = office_texts(db)
    server = smtp_server(texts)
    recipients = parsed({"notify_to": texts["notify_to"]})["notify_to"]
    assert server is not None and isinstance(recipients, tuple)
    username = texts.get("smtp_username", "")
    return MailRoute(
        host=server.host,
        port=server.port,
        encryption=server.encryption,
        username=username,
        password=_secret(db, deps, SMTP_PASSWORD, Channel.MAIL, server.host),
        sender=texts.get("smtp_from") or _address(username) or recipients[0],
        recipients=recipients,
    )


def hook_route(db: Session, deps: Deps) -> HookRoute:
    """The program that is told.

    Raises:
        NotDelivered: its secret cannot be opened.
        InvalidInput: it is not set up.
    """
    need(db, Channel.WEBHOOK)
    url = office_texts(db)["webhook_url"]
    return HookRoute(url=url, secret=_secret(db, deps, WEBHOOK_SECRET, Channel.WEBHOOK, url))


def ping_url(db: Session) -> str:
    """Where the sign of life goes; empty: nowhere."""
    return office_texts(db).get("ping_url", "")


def _address(username: str) -> str:
    try:
        return read_address(username)
    except ValueError:
        return ""


def _secret(db: Session, deps: Deps, key: str, channel: Channel, host: str) -> str:
    row = office_secret_row(db, key)
    try:
        return deps.vault.open(row.sealed) if row else ""
    except SecretUnreadable as fault:
        raise NotDelivered(
            DeliveryFacts(
                channel=channel,
                stage=Stage.SIGN_IN,
                trouble=Trouble.SECRET,
                host=host,
                detail="the stored secret cannot be opened",
            )
        ) from fault
