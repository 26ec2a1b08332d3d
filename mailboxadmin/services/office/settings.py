"""The office's settings: what holds, what was chosen, and changing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Entry
from mailboxadmin.domain.effective import Origin, effective
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.domain.settings import SETTINGS, Setting, Value
from mailboxadmin.domain.special_use import SpecialUse
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.channels import try_changed
from mailboxadmin.services.office.effective import parsed
from mailboxadmin.services.office.faults import Faults, read_texts
from mailboxadmin.services.office.oauth_apps import retry_connected
from mailboxadmin.services.office.office_secrets import (
    SET,
    UNSET,
    closed_secrets,
    held_secrets,
    put_secret,
    told_of_secret,
)
from mailboxadmin.services.office.smtp_password import SMTP_PASSWORD, keep_from_others
from mailboxadmin.store import mailboxes
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.secrets import all_password_rows, office_secret_names
from mailboxadmin.store.settings import office_texts, write_office_text

_SPECIAL_FOLDERS = frozenset(use.setting_key for use in SpecialUse)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingView:
    """A setting as the page and the command line show it."""

    setting: Setting
    #: What is set, as text; empty when it is the default. Of a secret `set`, or empty.
    text: str
    #: False of a secret that no key opens.
    readable: bool = True

    @property
    def default(self) -> str:
        """The default, as text; empty when there is none."""
        if self.setting.is_secret:
            return UNSET
        return self.setting.format(self.setting.default)

    @property
    def in_force(self) -> str:
        """What holds, as text."""
        return self.text or self.default


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One setting that was changed."""

    setting: Setting
    #: What held before and what holds now, as text; of a secret only `set`, `changed`, `removed`.
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebinding:
    """Passwords that a new office server would concern."""

    #: Mailboxes that inherit the office server and whose password was entered for it.
    mailbox_ids: tuple[int, ...]
    #: Where each of them would sign in then; the same order.
    servers: tuple[Server, ...]

    @property
    def where(self) -> str:
        """The servers, each once, as a sentence names them."""
        words = {Encryption.NONE: "without encryption"}
        named = (
            f"{s.host} port {s.port} ({words.get(s.encryption, s.encryption.value)})"
            for s in self.servers
        )
        return ", ".join(sorted(set(named)))


def office_values(db: Session) -> dict[str, Value]:
    """What holds for the office, by key: all but the secrets, the default when nothing is set."""
    chosen = parsed(office_texts(db))
    return {
        key: chosen.get(key, each.default) for key, each in SETTINGS.items() if not each.is_secret
    }


def read_settings(deps: Deps) -> tuple[SettingView, ...]:
    """Every setting, in the order of the page."""
    with deps.store.read() as db:
        texts = office_texts(db) | dict.fromkeys(office_secret_names(db), SET)
        closed = closed_secrets(db, deps)
    return tuple(
        SettingView(setting=each, text=texts.get(key, ""), readable=key not in closed)
        for key, each in SETTINGS.items()
    )


def change_settings(
    deps: Deps, texts: Mapping[str, str], *, actor: str, rebind_passwords: bool = False
) -> tuple[Change, ...]:
    """Set what is in `texts`, all or nothing; an empty text takes a key back to its default.

    Args:
        rebind_passwords: an admin confirmed that the passwords of the mailboxes that
            inherit the office server may go to the new one. Without it they are kept
            and sent nowhere until they are entered again.

    Returns:
        What changed; empty when everything was so before.

    Raises:
        InvalidInputs: some are no settings or out of their limits, or the stored password of
            the sending server would go to another one; nothing was changed.
    """
    wanted = _read(texts)
    with deps.store.write() as db:
        before = office_texts(db)
        keep_from_others(before | held_secrets(db, deps, {SMTP_PASSWORD}), wanted)
        changes = _changes(before | held_secrets(db, deps, wanted), wanted)
        if not changes:
            return ()
        moved = _rebinding(db, deps, before | wanted)
        for change in changes:
            _write(db, deps, change.setting, wanted[change.setting.key])
        _move(db, moved, deps.clock.now(), rebind=rebind_passwords)
        try_changed(db, [change.setting.key for change in changes])
        retry_connected(db, {change.setting.key for change in changes}, deps.clock.now())
        add_entry(
            db, _entry(changes, len(moved.mailbox_ids), rebind_passwords, actor), deps.clock.now()
        )
        parallel = int(str(office_values(db)["parallel_syncs"]))
    deps.pool.resize(parallel)
    if any(change.setting.key in _SPECIAL_FOLDERS for change in changes):
        deps.mapped_at.clear()
    return changes


def passwords_to_move(deps: Deps, texts: Mapping[str, str]) -> Rebinding:
    """The passwords that would have to go to another server if the office were set like this.

    Raises:
        InvalidInputs: some of the texts are out of their limits.
    """
    wanted = _read(texts)
    with deps.store.read() as db:
        return _rebinding(db, deps, office_texts(db) | wanted)


def _read(texts: Mapping[str, str]) -> dict[str, str]:
    faults = Faults()
    canonical = read_texts(texts, faults)
    faults.raise_any()
    return canonical


def _changes(before: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[Change, ...]:
    """What would hold differently; naming the default is no change."""
    changes: list[Change] = []
    for key, text in wanted.items():
        each = SETTINGS[key]
        default = each.format(each.default)
        held, holds = before.get(key, "") or default, text or default
        if held != holds:
            told = told_of_secret(held, holds) if each.is_secret else (held, holds)
            changes.append(Change(setting=each, before=told[0], after=told[1]))
    return tuple(changes)


def _write(db: Session, deps: Deps, changed: Setting, text: str) -> None:
    """Keep one value where it belongs."""
    if changed.is_secret:
        put_secret(db, deps, changed.key, text)
    else:
        write_office_text(db, changed.key, text)


def _rebinding(db: Session, deps: Deps, office_after: Mapping[str, str]) -> Rebinding:
    """Who inherits the office server before and after, with a password for it, and is moved."""
    before, after = parsed(office_texts(db)), parsed(office_after)
    passwords, own_texts = all_password_rows(db), mailboxes.all_own_texts(db)
    moved: list[tuple[int, Server]] = []
    for row, address in mailboxes.all_with_address(db):
        if row.id not in passwords:
            continue
        own, by_domain = parsed(own_texts.get(row.id, {})), deps.providers.by_domain(address)
        old, new = (effective(own, office, by_domain=by_domain) for office in (before, after))
        inherits = all(each.origin("imap_host") is Origin.OFFICE for each in (old, new))
        if (
            inherits
            and new.server
            and str(old.server) == passwords[row.id].bound_to != str(new.server)
        ):
            moved.append((row.id, new.server))
    return Rebinding(
        mailbox_ids=tuple(mailbox_id for mailbox_id, _ in moved),
        servers=tuple(server for _, server in moved),
    )


def _move(db: Session, moved: Rebinding, now: datetime, *, rebind: bool) -> None:
    """Have the mailboxes that were moved looked at anew, with or without their passwords."""
    passwords = all_password_rows(db)
    for mailbox_id, server in zip(moved.mailbox_ids, moved.servers, strict=True):
        if rebind:
            passwords[mailbox_id].bound_to = str(server)
        row = mailboxes.mailbox_row(db, mailbox_id)
        mailboxes.forget_refusals(row)
        if row.state != State.PAUSED:
            row.next_attempt_at = now


def _entry(changes: tuple[Change, ...], moved: int, confirmed: bool, actor: str) -> Entry:
    detail: dict[str, object] = {
        "changes": {
            each.setting.key: {"before": each.before, "after": each.after} for each in changes
        }
    }
    if moved:
        detail["passwords_bound_to_old_server"] = moved
        detail["sent_to_new_server"] = confirmed
    labels = ", ".join(each.setting.full_label for each in changes)
    return Entry(
        code=Code.SETTINGS_CHANGED,
        message=f"Changed for the office: {labels}.",
        actor=actor,
        detail=detail,
    )
