"""A mailbox's configuration as a person entered it, read against what is stored.

Draft (texts) -> plan_draft -> Plan (read values, what would be in force)
                                 |-- admit.py: may it be tried and saved at all?
                                 |-- check.py tries it
                                 `-- configure.py saves it
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, cast

from sqlalchemy.orm import Session

from mailboxadmin.domain.cuttable import OnOpen
from mailboxadmin.domain.effective import Effective
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.mailbox import Account
from mailboxadmin.domain.oauth import AppKey, TokenSet
from mailboxadmin.domain.settings import PERSONAL_KEYS, SETTINGS
from mailboxadmin.domain.token import SignIn
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import app_in_force, effective_with
from mailboxadmin.services.office.faults import Faults, read_texts
from mailboxadmin.services.sign_in import account
from mailboxadmin.services.sign_in.credentials import in_four_groups, read_password, read_username
from mailboxadmin.store import mailboxes
from mailboxadmin.store.secrets import password_row

#: Whose word a configuration is: the owner's, an admin's on their behalf, or the command line's.
SetBy = Literal["staff", "admin", "operator"]

SERVER_KEYS = ("imap_host", "imap_encryption", "imap_port")
_ITS_OWN = (
    "While the mailbox is connected with {app}, its own server is used. Leave the server empty, "
    "or enter a password in place of the permission."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsent:
    """A permission that was given a moment ago, and is not saved yet (`domain.token.Bearer`)."""

    app: AppKey
    tokens: TokenSet

    detail = "just given"

    def token(self, on_open: OnOpen) -> str:
        """See `Bearer`."""
        return self.tokens.access_token

    def renewed(self, on_open: OnOpen) -> str | None:
        """See `Bearer`: refused straight after the consent, another one is no better."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a person entered; what is not given stays as it is."""

    #: Personal settings by key; an empty text inherits.
    texts: Mapping[str, str] = field(default_factory=dict)
    #: The name at sign-in; empty is the address, None stays.
    username: str | None = None
    #: None stays.
    password: str | None = field(default=None, repr=False)
    #: Takes the place of a password, or of an earlier permission.
    consent: NewConsent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A draft that was read: what would be stored and what would then be in force."""

    mailbox_id: int
    address: str
    #: All personal settings, as they would be stored.
    own: Mapping[str, str]
    #: None is the address.
    username: str | None
    effective: Effective
    #: Whose word the own server is; None without one.
    host_set_by: SetBy | None
    #: The draft names another server than is stored.
    server_changed: bool
    #: A new one, cleaned; None keeps the stored one.
    password: str | None = field(repr=False)
    #: `host:port/encryption` the stored one was entered for; None when none is stored.
    stored_for: str | None
    #: Whose permission it would sign in with; None where it is a password, or nothing yet.
    app: AppKey | None
    #: One that was just given; None keeps what is stored.
    consent: NewConsent | None
    #: It had a successful sync before.
    synced: bool
    #: It differs in nothing from what is saved.
    as_saved: bool

    @property
    def can_sign_in(self) -> bool:
        """True when there would be something to sign in with, stored or new."""
        return self.app is not None or self.password is not None or self.stored_for is not None

    @property
    def password_elsewhere(self) -> bool:
        """True when all there is is a password that was entered for another server."""
        kept = self.app is None and self.password is None and self.stored_for is not None
        return kept and self.stored_for != str(self.effective.server)


def plan_draft(db: Session, deps: Deps, mailbox_id: int, draft: Draft, set_by: SetBy) -> Plan:
    """Read a draft against what is stored.

    Raises:
        NotFound: there is no such mailbox.
        InvalidInputs: some of it cannot be accepted.
    """
    row, stored = mailboxes.mailbox_row(db, mailbox_id), password_row(db, mailbox_id)
    before = mailboxes.own_texts(db, mailbox_id)
    faults = Faults()
    own = before | _read_own(draft.texts, faults)
    app = _app(db, mailbox_id, draft)
    if draft.consent is not None and row.host_set_by == "staff":
        # A token opens nothing on the server that was named for a password.
        own |= dict.fromkeys(SERVER_KEYS, "")
    username = row.username
    if draft.username is not None:
        with faults.noted():
            username = read_username(draft.username)
    password, address = draft.password, mailboxes.address_of(db, row)
    effective = effective_with(db, deps.providers, mailbox_id, own, app=app)
    if password is not None:
        with faults.noted():
            strips_spaces = _strips_spaces(deps, effective, address, password)
            password = read_password(password, strips_spaces=strips_spaces)
    changed = {key for key in own if own[key] != before.get(key, "")}
    server_changed = not changed.isdisjoint(SERVER_KEYS)
    if app is not None and server_changed and set_by == "staff" and draft.consent is None:
        with faults.noted():
            raise InvalidInput("imap_host", _ITS_OWN.format(app=app.label))
    faults.raise_any()
    return Plan(
        mailbox_id=mailbox_id,
        address=address,
        own={key: text for key, text in own.items() if text},
        username=username,
        effective=effective,
        host_set_by=_whose_word(own, row.host_set_by, set_by if server_changed else None),
        server_changed=server_changed,
        password=password,
        stored_for=stored.bound_to if stored else None,
        app=app,
        consent=draft.consent,
        synced=row.last_success_at is not None,
        as_saved=not changed
        and username == row.username
        and password is None
        and draft.consent is None,
    )


def _app(db: Session, mailbox_id: int, draft: Draft) -> AppKey | None:
    if draft.consent is not None:
        return draft.consent.app
    return app_in_force(db, mailbox_id) if draft.password is None else None


def account_of(db: Session, deps: Deps, plan: Plan, *, actor: str) -> Account:
    """The account that the plan amounts to.

    Raises:
        MailFailure: as `account.account_for`.
    """
    server = account.known_server(plan.effective.server)
    bare = account.build_account(
        db,
        server=server,
        username=plan.username or plan.address,
        guarded=plan.host_set_by == "staff",
    )
    if plan.consent is not None:
        account.require_token_server(bare)
        return replace(bare, bearer=plan.consent, sign_in=SignIn.NEW_CONSENT)
    if plan.app is not None:
        return account.with_stored_token(deps, plan.mailbox_id, bare, actor=actor)
    password = plan.password
    if password is None:
        password = account.stored_password(db, deps, plan.mailbox_id, server)
    return replace(bare, password=password)


def _read_own(texts: Mapping[str, str], faults: Faults) -> dict[str, str]:
    personal: dict[str, str] = {}
    for key, text in texts.items():
        with faults.noted():
            if key in SETTINGS and key not in PERSONAL_KEYS:
                raise InvalidInput(
                    key, f"{SETTINGS[key].label} is set for the whole office, under Settings."
                )
            personal[key] = text
    return read_texts(personal, faults)


def _strips_spaces(deps: Deps, effective: Effective, address: str, password: str) -> bool:
    """Whether the provider that runs the server shows its passwords in groups.

    On a server that nobody knows, which may be a way to Gmail, the address tells, and only of
    what comes in Google's own four groups.
    """
    server = effective.server
    provider = deps.providers.by_host(server.host) if server else effective.provider
    if provider is None and in_four_groups(password):
        provider = deps.providers.by_domain(address)
    return provider is not None and provider.strips_spaces


def _whose_word(
    own: Mapping[str, str], stored: str | None, changed_by: SetBy | None
) -> SetBy | None:
    if not any(own.get(key) for key in SERVER_KEYS):
        return None
    return changed_by or cast("SetBy | None", stored)
