"""The folders that a server lists, remembered so that no page has to ask for them."""

from collections.abc import Sequence

from mailboxadmin.services.deps import Deps
from mailboxadmin.store import mailbox_facts


def remember_listed(deps: Deps, mailbox_id: int, names: Sequence[str]) -> None:
    """Keep the names of the folders that can be opened; nothing is written when they are the same.

    Raises:
        StoreUnavailable: they cannot be kept.
    """
    with deps.store.read() as db:
        before = mailbox_facts.listed_folders(db, mailbox_id)
    if before is None or sorted(before) != sorted(names):
        with deps.store.write(background=True) as db:
            mailbox_facts.note_listed(db, mailbox_id, sorted(names), deps.clock.now())
