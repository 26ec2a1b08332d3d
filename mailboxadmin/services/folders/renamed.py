"""Where a folder went that is not on the server any more: it was probably renamed.

A renamed folder keeps its UIDVALIDITY and its messages their UIDs, as a rule (RFC 9051,
6.3.6 says nothing else). So a folder that nobody wanted so far, with the UIDVALIDITY of the
one that is missing and at least as many UIDs given out, is most likely that one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailboxadmin.domain.errors import Facts, Happening, MailFailure
from mailboxadmin.domain.folder import Cursor, FolderStatus, ListedFolder
from mailboxadmin.imap.session import Session
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.folders.listed import remember_listed
from mailboxadmin.services.folders.wanted import require_folder
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.store.folders import cursors_by_name

#: The server is asked about so many folders at most.
MOST_ASKED = 50
_NOT_THERE = frozenset({Happening.FOLDER_MISSING, Happening.FOLDER_NOT_SELECTABLE})
#: About one folder; the others may be fine.
_OF_A_FOLDER = frozenset(
    {
        Happening.FOLDER_MISSING,
        Happening.FOLDER_NOT_SELECTABLE,
        Happening.ANSWER_NO,
        Happening.NOT_UNDERSTOOD,
    }
)


def explain_refused(
    deps: Deps, mailbox_id: int, session: Session, facts: Facts, *, as_saved: bool = False
) -> Facts:
    """What is known of a folder that could not be opened: the nearest name, or its new one.

    Args:
        as_saved: it is the mailbox's own server, whose folders are remembered.

    Raises:
        MailFailure: the connection failed while it was asked.
    """
    if facts.folder is None or facts.happening not in _NOT_THERE:
        return facts
    listed = session.list_folders()
    if as_saved:
        remember_listed(deps, mailbox_id, [each.name for each in listed if each.selectable])
    try:
        require_folder(facts.folder, listed)
    except MailFailure as failure:
        told = replace(facts, detail=failure.facts.detail, hint=failure.facts.hint)
        return explain_missing(deps, mailbox_id, session, listed, told)
    return facts


def explain_missing(
    deps: Deps, mailbox_id: int, session: Session, listed: Sequence[ListedFolder], facts: Facts
) -> Facts:
    """The facts of a missing folder with the name that it probably has now; others as they are.

    Args:
        listed: what the server lists.

    Raises:
        MailFailure: the connection failed while it was asked.
    """
    name = facts.folder
    if facts.happening is not Happening.FOLDER_MISSING or name is None:
        return facts
    with deps.store.read() as db:
        cursors = cursors_by_name(db, mailbox_id)
        wanted = effective_for(db, deps.providers, mailbox_id).folders
    if name not in cursors:
        return facts
    unknown = [
        each.name for each in listed if each.selectable and each.name not in {*wanted, *cursors}
    ]
    fitting = _fitting(session, unknown[:MOST_ASKED], cursors[name])
    # Servers that number all folders alike would make any of them look like it.
    if len(fitting) != 1:
        return facts
    said = f"it was probably renamed to “{fitting[0]}”"
    return replace(facts, detail=f"there is no “{name}”; {said}", hint=f"I{said[1:]}.")


def _fitting(session: Session, names: Sequence[str], gone: Cursor) -> list[str]:
    return [
        name
        for name, status in _asked(session, names)
        if status.uid_validity == gone.uid_validity
        and (status.uid_next is None or status.uid_next > gone.last_uid)
    ]


def _asked(session: Session, names: Sequence[str]) -> Iterator[tuple[str, FolderStatus]]:
    for name in names:
        try:
            yield name, session.status(name)
        except MailFailure as failure:
            if failure.facts.happening not in _OF_A_FOLDER or failure.facts.server_wait is not None:
                raise
