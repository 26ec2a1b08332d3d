"""Messages without a UID that no listing brings: searched by their Message-ID, one by one.

Where every message is wanted, each is fetched some day and known again by its bytes. Where
only some are, those that a new numbering or an import left without a UID may be on the
server and never be fetched; the server is asked for these by name.
"""

from datetime import timedelta

from mailboxadmin.services.fetch import fetch_messages
from mailboxadmin.services.pulling import Pull
from mailboxadmin.store import presence, unmatched
from mailboxadmin.store.unmatched import Unmatched

#: How many are searched for in one run, and when again for one that was not there.
MOST_AT_ONCE = 200
SEARCH_AGAIN_AFTER = timedelta(days=7)


def to_search(pull: Pull) -> list[Unmatched]:
    """What is to be searched for in this folder now; nothing where every message is wanted."""
    if pull.selection.name is None:
        return []
    before = pull.deps.clock.now() - SEARCH_AGAIN_AFTER
    with pull.deps.store.read() as db:
        return unmatched.to_search(db, pull.folder_id, before, limit=MOST_AT_ONCE)


def look_for_unmatched(pull: Pull) -> None:
    """Find and fetch them; a message fetched is known again when it is stored.

    Raises:
        MailFailure, Cancelled, StoreUnavailable
    """
    for wanted in iter(lambda: to_search(pull), []):
        found: set[int] = set()
        for each in wanted:
            pull.run.control.proceed()
            found.update(pull.session.with_message_id(each.message_id))
        with pull.deps.store.read() as db:
            found -= presence.uids_here(db, pull.folder_id)
        fetch_messages(pull, sorted(found, reverse=True))
        with pull.deps.store.write(background=True) as db:
            pull.run.confirm(db)
            now = pull.deps.clock.now()
            unmatched.note_searched(db, (each.id for each in wanted), now)
        if len(wanted) < MOST_AT_ONCE:
            return
