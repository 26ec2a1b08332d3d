"""Which folders are for sent, drafts, deleted, junk and archived mail: found out, kept, told.

    once a day, and after the configuration changed:
    LIST --> what is it now? --> the same as stored: nothing is written
                             `-> stored with one `folder.mapped` entry

Only what LIST said is looked at. It comes last in a run, because a server that has just
listed its folders may read one from its beginning when it is opened next.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.folder import ListedFolder
from mailboxadmin.domain.special_mapping import Found, map_uses
from mailboxadmin.domain.special_use import SpecialUse
from mailboxadmin.imap.session import Session
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.folders.listed import remember_listed
from mailboxadmin.services.folders.special_folders import Unlisted, last_told, unlisted
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.services.work.runs import Run
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.special_uses import put_special_uses, special_uses

#: How long a mapping is taken as it is.
MAPPED_FOR = timedelta(days=1)


def map_when_due(deps: Deps, run: Run, session: Session, configured_at: datetime | None) -> None:
    """`map_folders`, unless this process did it a short time ago.

    Args:
        configured_at: when the mailbox' configuration was last saved.

    Raises:
        MailFailure: the server does not list its folders, or went away.
        Cancelled: the run was stopped, or another process took the mailbox over.
    """
    mapped_at = deps.mapped_at.get(run.mailbox_id)
    holds_from = run.started_at - MAPPED_FOR
    if mapped_at is not None and mapped_at >= max(holds_from, configured_at or holds_from):
        return
    listed = session.list_folders()
    map_folders(deps, run, listed)
    remember_listed(deps, run.mailbox_id, [each.name for each in listed if each.selectable])
    deps.mapped_at[run.mailbox_id] = run.started_at


def map_folders(deps: Deps, run: Run, listed: Sequence[ListedFolder]) -> None:
    """Keep which of the listed folders has which use; writes only when that changed.

    A folder that is named in the settings and not there is told too, once.

    Raises:
        Cancelled: the run was stopped, or another process took the mailbox over.
    """
    with deps.store.read() as db:
        in_force = effective_for(db, deps.providers, run.mailbox_id)
        before, told = special_uses(db, run.mailbox_id), last_told(db, run.mailbox_id)
    missing = unlisted(listed, in_force)
    found = map_uses(listed, {use: in_force.folder_for(use) for use in SpecialUse})
    after = {use: each.folder for use, each in found.items()}
    if after == before and (not missing or missing == told):
        return
    with deps.store.write(background=True) as db:
        run.confirm(db)
        put_special_uses(db, run.mailbox_id, after)
        add_entry(db, _entry(run, found, missing, before), deps.clock.now())


def _entry(
    run: Run,
    found: Mapping[SpecialUse, Found],
    missing: Mapping[SpecialUse, Unlisted],
    before: Mapping[SpecialUse, str],
) -> Entry:
    detail: dict[str, object] = {
        use.name.lower(): {"folder": each.folder, "how": each.how.value}
        for use, each in found.items()
    }
    if missing:
        # `special_folders.last_told` reads this again.
        detail["missing"] = {use.name.lower(): each.as_json() for use, each in missing.items()}
    if before:
        detail["before"] = {use.name.lower(): folder for use, folder in before.items()}
    return Entry(
        code=Code.FOLDER_MAPPED,
        level=Level.WARNING if missing else Level.INFO,
        message=_sentences(found, missing),
        actor=run.actor,
        mailbox_id=run.mailbox_id,
        run_id=run.id,
        detail=detail,
    )


def _sentences(found: Mapping[SpecialUse, Found], missing: Mapping[SpecialUse, Unlisted]) -> str:
    said = [f"For {use.label}: {each.sentence}" for use, each in missing.items()]
    if found:
        parts = ", ".join(f"{use.label} in “{each.folder}”" for use, each in found.items())
        said.insert(0, f"Folders found: {parts}.")
    elif not missing:
        said.append("No folder is known for sent, drafts, deleted, junk or archived mail any more.")
    return " ".join(said)
