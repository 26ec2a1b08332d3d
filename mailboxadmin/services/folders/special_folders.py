"""The folders for special mail as Mailbox Config shows them, and what is wrong with a named one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code
from mailboxadmin.domain.effective import Effective, InForce, Origin
from mailboxadmin.domain.folder import ListedFolder
from mailboxadmin.domain.special_use import SpecialUse
from mailboxadmin.services.folders.wanted import nearest
from mailboxadmin.store import activity_pages
from mailboxadmin.store.special_uses import special_uses


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlisted:
    """A folder that is named in the settings and cannot be opened on the server."""

    folder: str
    #: The name that was probably meant; None when none is alike.
    nearest: str | None

    @property
    def sentence(self) -> str:
        """As a person reads it."""
        near = f"; the nearest name there is “{self.nearest}”" if self.nearest else ""
        return f"“{self.folder}” is not on the server{near}."

    def as_json(self) -> dict[str, object]:
        """As the log keeps it."""
        return {"folder": self.folder, "nearest": self.nearest}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialFolder:
    """The folder for one use, for the form."""

    in_force: InForce
    #: Why the named folder is not used; empty when it is, or when nobody looked yet.
    hint: str


def unlisted(listed: Sequence[ListedFolder], in_force: Effective) -> dict[SpecialUse, Unlisted]:
    """The folders that are named for a use and are not there."""
    names = [each.name for each in listed if each.selectable]
    named = {use: in_force.folder_for(use) for use in SpecialUse}
    return {
        use: Unlisted(folder=name, nearest=nearest(name, names))
        for use, name in named.items()
        if name is not None and name not in names
    }


def last_told(db: Session, mailbox_id: int) -> dict[SpecialUse, Unlisted]:
    """The folders that were not there when the log was last told of the mapping."""
    told = activity_pages.entries(db, mailbox_id=mailbox_id, codes=[Code.FOLDER_MAPPED], limit=1)
    detail = (told[0].detail or {}) if told else {}
    missing = detail.get("missing", {})
    return {SpecialUse[name.upper()]: Unlisted(**said) for name, said in missing.items()}


def read_special_folders(
    db: Session, mailbox_id: int, in_force: Effective
) -> dict[str, SpecialFolder]:
    """The folder for each use by its setting's key, as it was when the server was last asked."""
    found, missing = special_uses(db, mailbox_id), last_told(db, mailbox_id)
    return {use.setting_key: _special(use, in_force, found, missing) for use in SpecialUse}


def _special(
    use: SpecialUse,
    in_force: Effective,
    found: Mapping[SpecialUse, str],
    missing: Mapping[SpecialUse, Unlisted],
) -> SpecialFolder:
    name = in_force.folder_for(use)
    if name is None:
        itself = InForce(value=found.get(use), origin=Origin.FOUND)
        return SpecialFolder(in_force=itself, hint="")
    hint, others = "", [other for other in found if found[other] == name and other is not use]
    if others:
        hint = f"“{name}” is the folder for {others[0].label} already."
    elif use not in found and use in missing and missing[use].folder == name:
        hint = missing[use].sentence
    if hint:
        hint += f" No folder is used for {use.label} until this is changed."
    return SpecialFolder(in_force=in_force.values[use.setting_key], hint=hint)
