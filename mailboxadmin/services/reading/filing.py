"""Archiving, deleting, marking as junk, moving and flagging: what a click does.

    click --> allowed? --> to which folder? --> shown so, and waits --> push_changes.py
                 |               `-- none: one sentence, and where to name one
                 `-- one sentence, and nothing is changed

What is shown and what waits are one transaction. What a click changed is remembered for an
hour (`services.reading.undoing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.filing import Act, Kind
from mailboxadmin.services.clicks.filing_within import file_within, flag_within, require_allowed
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.services.reading.undoing import Undo, remember, remember_moves
from mailboxadmin.services.syncing.push_soon import push_soon
from mailboxadmin.store import folders, mailbox_facts, moves, undos
from mailboxadmin.store.messages_list import on_the_server
from mailboxadmin.store.special_uses import special_uses

#: One click moves or flags no more; the next one goes on.
MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What a click did."""

    #: The way back; None when nothing changed.
    undo: Undo | None
    #: Messages that are not on the mail server, and so were left as they are.
    left: int


def flag_messages(
    deps: Deps, mailbox_id: int, ids: Sequence[int], *, flagged: bool, actor: str
) -> Filed:
    """Flag those of the messages that are that mailbox's, or not any more.

    Raises:
        InvalidInput: `allow_changes` is off; nothing was changed.
    """
    with deps.store.write() as db:
        require_allowed(db, deps, mailbox_id)
        there, left = on_the_server(db, mailbox_id, ids)
        changed = flag_within(db, deps, mailbox_id, there, flagged=flagged, actor=actor)
        undo = remember(deps, db, mailbox_id, changed, Kind.FLAG.value, wanted=flagged)
    push_soon(deps, mailbox_id)
    return Filed(undo=undo, left=left)


def move_messages(
    deps: Deps,
    mailbox_id: int,
    ids: Sequence[int],
    act: Act,
    *,
    folder: str = "",
    together: bool,
    actor: str,
) -> Filed:
    """Move those of the messages that are that mailbox's.

    Args:
        act: where to, by the folders for special mail, or to the one that is named.
        folder: its name, for `Act.MOVE`.
        together: with what is in their conversations and shown in the same folder.

    Raises:
        InvalidInput: `allow_changes` is off, or there is no such folder; nothing was changed.
    """
    with deps.store.write() as db:
        require_allowed(db, deps, mailbox_id)
        name = _target(db, mailbox_id, act, folder)
        target = folders.folder_id(db, mailbox_id, name)
        wanted = _with_mates(db, deps, mailbox_id, ids) if together else list(ids)
        there, left = on_the_server(db, mailbox_id, wanted)
        targets = dict.fromkeys(there, target)
        origins = file_within(db, deps, mailbox_id, targets, wish=f"moved to {name}", actor=actor)
        undo = remember_moves(deps, db, mailbox_id, origins, name)
    push_soon(deps, mailbox_id)
    return Filed(undo=undo, left=left)


def _target(db: Session, mailbox_id: int, act: Act, named: str) -> str:
    if act.use is not None:
        found = special_uses(db, mailbox_id).get(act.use)
        if found is None:
            raise InvalidInput(
                act.use.setting_key,
                f"No folder is known for {act.use.label}: name one in Mailbox Config, under "
                "“Folders for special mail”. Nothing was changed.",
            )
        return found
    if act is Act.INBOX:
        return "INBOX"
    if named not in (mailbox_facts.listed_folders(db, mailbox_id) or ()):
        raise InvalidInput("to", "The mail server has no such folder. Nothing was changed.")
    return named


def _with_mates(db: Session, deps: Deps, mailbox_id: int, ids: Sequence[int]) -> list[int]:
    """A line of the list is a conversation: what is shown of it there goes along."""
    wanted = list(ids)
    if effective_for(db, deps.providers, mailbox_id).values["threading"].value is not True:
        return wanted
    mates = undos.thread_mates(db, mailbox_id, wanted, MOST)
    shown = moves.shown_folders(db, [*wanted, *mates])
    here = {shown[each] for each in wanted if each in shown}
    return wanted + [each for each in mates if each not in wanted and shown[each] in here]
