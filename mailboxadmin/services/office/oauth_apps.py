"""The office's OAuth apps: which there are, and with what they are asked for tokens."""

from collections.abc import Set
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from mailboxadmin.domain.finding import Finding, Scope
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import App, AppKey
from mailboxadmin.services.deps import Deps
from mailboxadmin.store.grants import connected_to
from mailboxadmin.store.mailboxes import mailbox_row
from mailboxadmin.store.secrets import office_secret_names, office_secret_row
from mailboxadmin.store.settings import office_texts

#: Where nobody named a directory: every organisation, and personal accounts.
ANY_TENANT = "common"


def app_of(db: Session, deps: Deps, key: AppKey) -> App | None:
    """The app at one provider; None while its client ID or its secret is not set.

    Raises:
        SecretUnreadable: the key that sealed its secret is not there.
    """
    texts, row = office_texts(db), office_secret_row(db, secret_key(key))
    client_id = texts.get(client_id_key(key), "")
    if not client_id or row is None:
        return None
    tenant = texts.get("outlook_tenant_id", "") or ANY_TENANT
    return App(
        key=key,
        client_id=client_id,
        client_secret=deps.vault.open(row.sealed),
        tenant=tenant if key is AppKey.OUTLOOK else "",
    )


def apps_set_up(db: Session) -> frozenset[AppKey]:
    """The providers whose app has a client ID and a secret, whether they work or not."""
    texts, secrets = office_texts(db), office_secret_names(db)
    return frozenset(
        key for key in AppKey if texts.get(client_id_key(key)) and secret_key(key) in secrets
    )


def has_client_id(db: Session, key: AppKey) -> bool:
    """Its client ID was entered; of its secret nothing is said."""
    return client_id_key(key) in office_texts(db)


def retry_connected(db: Session, changed: Set[str], now: datetime) -> None:
    """Look at once at the mailboxes whose app was changed, in case that mended it.

    Args:
        changed: the settings that were changed.
    """
    for key in AppKey:
        if not any(each.startswith(f"{key}_") for each in changed):
            continue
        for grant in connected_to(db, key.value):
            if grant.failures and grant.ended_at is None:
                grant.next_refresh_at = now
            row = mailbox_row(db, grant.mailbox_id)
            waits = row.finding is not None and row.state != State.PAUSED
            if waits and Finding.from_json(row.finding or {}).scope is Scope.PROVIDER_APP:
                row.next_attempt_at = now


def redirect_uri(deps: Deps, key: AppKey) -> str:
    """Where the provider sends people back to; registered with it letter by letter."""
    return f"{deps.base_url}/oauth/callback/{key}"


def consent_sites(deps: Deps, key: AppKey) -> str:
    """Where a person may be led who goes to agree, as a content security policy names it.

    Any site with https: a provider sends the people of an organisation on to its own sign-in
    (AD FS, Okta, …) before anything else. On this machine only the one that was named.
    """
    endpoints = deps.tokens.endpoints
    pages = endpoints.gmail_authorize if key is AppKey.GMAIL else endpoints.outlook_authority
    site = urlsplit(pages)
    return "https:" if site.scheme == "https" else f"{site.scheme}://{site.netloc}"


def client_id_key(key: AppKey) -> str:
    """The setting with its client ID."""
    return f"{key}_client_id"


def secret_key(key: AppKey) -> str:
    """The setting with its secret."""
    return f"{key}_client_secret"
