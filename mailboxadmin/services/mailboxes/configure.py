"""Mailbox Config: what is in force for a mailbox, and changing it.

draft -> plan -> server may be named? -> tried (unless saved untested) -> saved
                     `-- InvalidInputs     `-- red: NotSaved, nothing changed
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Entry
from mailboxadmin.domain.certificate import Pin
from mailboxadmin.domain.effective import Effective, Origin
from mailboxadmin.domain.errors import MailboxAdminError
from mailboxadmin.domain.mailbox import Check, Server, State
from mailboxadmin.domain.oauth import AppKey, Permission
from mailboxadmin.domain.provider import Provider
from mailboxadmin.domain.settings import SETTINGS
from mailboxadmin.services.checking.admit import read_draft
from mailboxadmin.services.checking.check import check_plan
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.folders.special_folders import SpecialFolder, read_special_folders
from mailboxadmin.services.office.effective import (
    app_in_force,
    effective_for,
    effective_with,
    recognise_by_mx,
)
from mailboxadmin.services.office.oauth_apps import apps_set_up
from mailboxadmin.services.sign_in.connecting import app_for
from mailboxadmin.services.sign_in.credentials import is_closed
from mailboxadmin.services.sign_in.draft import Draft, Plan, SetBy, plan_draft
from mailboxadmin.services.sign_in.permission import (
    Ended,
    connect,
    drop_permission,
    end_at_provider,
    read_permission,
)
from mailboxadmin.services.verdict.recovery import end_outage
from mailboxadmin.store import mailboxes
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.certificates import pins_of
from mailboxadmin.store.secrets import password_row, put_password

#: Asked first in the transaction that saves; what it raises, saves nothing.
Claim = Callable[[Session], None]


def _nothing_to_claim(db: Session) -> None:
    """Who is signed in may save."""


class NotSaved(MailboxAdminError):
    """Raised when what was entered was tried and did not work; nothing was changed."""

    def __init__(self, check: Check) -> None:
        super().__init__(check.finding.summary if check.finding else "The test did not finish.")
        self.check = check


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxConfig:
    """A mailbox's configuration as its form shows it; never a secret."""

    mailbox_id: int
    address: str
    state: State
    #: Personal settings that are set, as text; a missing key inherits.
    own: dict[str, str]
    #: The name at sign-in that was entered; empty is the address.
    username: str
    effective: Effective
    #: The folders for special mail, by setting key.
    special: Mapping[str, SpecialFolder]
    #: What would be in force without personal settings, as text, by key.
    inherited: dict[str, str]
    #: The provider that runs the server in force; None when it is not a known one.
    provider: Provider | None
    #: What is pinned for the server in force.
    pins: tuple[Pin, ...]
    #: The permission it signs in with; None where it is a password, or nothing yet.
    permission: Permission | None
    #: The providers whose app is set up.
    apps: frozenset[AppKey]
    #: Whose app suits it, set up or not; None when neither address nor server tells.
    suits: AppKey | None
    #: A password is stored.
    has_password: bool
    #: The stored password was entered for another server, and is not sent to this one.
    password_elsewhere: bool
    #: No key opens what it signs in with: it has to be given again.
    closed: bool
    #: It was synced before.
    synced: bool

    @property
    def app(self) -> AppKey | None:
        """Whose permission it signs in with; None where it is a password, or nothing yet."""
        return self.permission.app if self.permission else None

    @property
    def only_oauth(self) -> bool:
        """The provider takes no passwords, and nobody named its server by hand."""
        return only_oauth(self.effective, self.provider)

    @property
    def takes_password(self) -> bool:
        """A password could open it too."""
        return self.app is not AppKey.OUTLOOK and not self.only_oauth

    @property
    def configured(self) -> bool:
        """There is something to sign in with, the same as everywhere."""
        return self.has_password or self.app is not None


def only_oauth(in_force: Effective, provider: Provider | None) -> bool:
    """True when that provider takes no passwords, and nobody named its server by hand."""
    named = in_force.origin("imap_host") is Origin.OWN
    return provider is not None and not provider.accepts_passwords and not named


def read_config(deps: Deps, mailbox_id: int) -> MailboxConfig:
    """What is in force for a mailbox; may ask DNS once for who runs the domain's mail.

    Raises:
        NotFound: there is no such mailbox.
    """
    recognise_by_mx(deps, mailbox_id)
    with deps.store.read() as db:
        row, stored = mailboxes.mailbox_row(db, mailbox_id), password_row(db, mailbox_id)
        effective = effective_for(db, deps.providers, mailbox_id)
        server, own = effective.server, mailboxes.own_texts(db, mailbox_id)
        return MailboxConfig(
            mailbox_id=mailbox_id,
            address=mailboxes.address_of(db, row),
            state=State(row.state),
            own=own,
            username=row.username or "",
            effective=effective,
            special=read_special_folders(db, mailbox_id, effective),
            inherited=_inherited(db, deps, mailbox_id, own),
            permission=read_permission(db, mailbox_id),
            apps=apps_set_up(db),
            suits=app_for(db, deps, mailbox_id),
            provider=deps.providers.by_host(server.host) if server else None,
            pins=pins_of(db, server.host) if server else (),
            has_password=stored is not None,
            password_elsewhere=stored is not None and stored.bound_to != str(server),
            closed=is_closed(db, deps, mailbox_id),
            synced=row.last_success_at is not None,
        )


def _inherited(db: Session, deps: Deps, mailbox_id: int, own: dict[str, str]) -> dict[str, str]:
    """With a personal host, port and encryption inherit nothing but what is built in."""
    host = {key: text for key, text in own.items() if key == "imap_host"}
    app = app_in_force(db, mailbox_id)
    values = dict(effective_with(db, deps.providers, mailbox_id, host, app=app).values)
    bare = effective_with(db, deps.providers, mailbox_id, {}, app=app)
    values |= {"imap_host": bare.values["imap_host"]}
    return {key: SETTINGS[key].format(each.value) for key, each in values.items()}


def configure_mailbox(
    deps: Deps,
    mailbox_id: int,
    draft: Draft,
    *,
    actor: str,
    set_by: SetBy,
    test: bool,
    claim: Claim = _nothing_to_claim,
) -> Check | None:
    """Save a draft; with `test` only after it was tried and works.

    The operator may leave a mailbox without a password for its server, and an admin
    one without any: then there is nothing to try, and it stays as it is until its
    owner enters one.

    Args:
        claim: what gives the right to save, when that may be used up meanwhile.

    Returns:
        The green check; None when nothing was tried.

    Raises:
        NotFound: there is no such mailbox.
        InvalidInputs: some of it cannot be accepted; nothing was changed.
        NotSaved: it was tried and does not work; nothing was changed.
        TooManyRefused: what this person tried was refused too often; nothing was changed.
    """
    tried = read_draft(deps, mailbox_id, draft, actor=actor, set_by=set_by)
    check = None
    if test and tried.can_sign_in:
        check = check_plan(deps, tried, actor=actor)
        if not check.ok:
            raise NotSaved(check)
    ended: Ended | None = None
    with deps.store.write() as db:
        claim(db)
        # Read again, since someone else may have saved meanwhile; the password stays bound
        # to the server that it was entered for.
        plan = plan_draft(db, deps, mailbox_id, draft, set_by)
        works = check is not None
        detail = _save(db, deps, plan, entered_for=tried.effective.server, works=works)
        ended = _keep_sign_in(db, deps, plan, tried.effective.server, actor)
        row = mailboxes.mailbox_row(db, mailbox_id)
        if works and row.state == State.PAUSED:
            # No run follows that would end what was wrong.
            end_outage(db, row, deps.clock.now(), actor=actor)
        detail |= {"set_by": set_by} if check else {"set_by": set_by, "untested": True}
        add_entry(db, _entry(plan, detail, actor), deps.clock.now())
    if ended is not None:
        end_at_provider(deps, ended)
    return check


def _save(
    db: Session, deps: Deps, plan: Plan, *, entered_for: Server | None, works: bool
) -> dict[str, object]:
    """Write the plan; what changed, for the log, with secrets only named."""
    now, row = deps.clock.now(), mailboxes.mailbox_row(db, plan.mailbox_id)
    changes = _changes(db, plan, row.username)
    mailboxes.replace_own_texts(db, plan.mailbox_id, dict(plan.own))
    row.username, row.host_set_by = plan.username, plan.host_set_by
    row.configured_at = now
    if works:
        # The run that follows ends the incident and tells the log.
        mailboxes.clear_failure(row)
    elif changes:
        # What was wrong stays what is known, until a run knows better.
        mailboxes.forget_refusals(row)
    if row.state != State.PAUSED and plan.can_sign_in:
        row.next_attempt_at = now
        if works:
            row.state = State.OK if row.last_success_at else State.NEW
    return {"changes": changes}


def _keep_sign_in(
    db: Session, deps: Deps, plan: Plan, entered_for: Server | None, actor: str
) -> Ended | None:
    """Keep what it signs in with from now on, and nothing else; a permission that it replaces."""
    now = deps.clock.now()
    if plan.consent is not None:
        return connect(db, deps, plan.mailbox_id, plan.consent, actor=actor)
    if plan.password is None:
        return None
    sealed = deps.vault.seal(plan.password)
    put_password(db, plan.mailbox_id, sealed, str(entered_for), now)
    return drop_permission(db, deps, plan.mailbox_id, actor=actor, instead="a password")


def _changes(db: Session, plan: Plan, username: str | None) -> dict[str, dict[str, str]]:
    before = mailboxes.own_texts(db, plan.mailbox_id) | {"username": username or ""}
    after = dict(plan.own) | {"username": plan.username or ""}
    changes = {
        key: {"before": before.get(key, ""), "after": after.get(key, "")}
        for key in sorted({*before, *after})
        if before.get(key, "") != after.get(key, "")
    }
    if plan.consent is not None and plan.stored_for is not None:
        changes["password"] = {"before": "set", "after": ""}
    if plan.password is not None:
        replaced = plan.stored_for is not None
        changes["password"] = (
            {"before": "set", "after": "changed"} if replaced else {"before": "", "after": "set"}
        )
    return changes


def _entry(plan: Plan, detail: dict[str, object], actor: str) -> Entry:
    server = plan.effective.server
    where = f" on {server.host}" if server else ""
    if plan.consent is not None:
        app = plan.consent.app
        code, message = Code.OAUTH_CONNECTED, f"Connected {plan.address} with {app.label}{where}."
        detail = {**detail, "app": app.value}
    else:
        tried = ", without a test" if "untested" in detail and plan.can_sign_in else ""
        code, message = Code.MAILBOX_CONFIGURED, f"Configured {plan.address}{where}{tried}."
    return Entry(
        code=code,
        message=message,
        actor=actor,
        mailbox_id=plan.mailbox_id,
        detail=detail,
    )
