"""Messages without a UID that no listing brings: searched by their Message-ID, one by one.

Where every message is wanted, each is fetched some day and known again by its bytes. Where
only some are, those that a new numbering or an import left without a UID may be on the
server and never be fetched; the server is asked for these by name.
"""

from datetime import timedelta

from mailboxadmin.services.clicks.identity import is_itself
from mailboxadmin.services.new_mail.fetch import fetch_messages
from mailboxadmin.services.new_mail.pulling import Pull
from mailboxadmin.store import presence, unmatched
from mailboxadmin.store.unmatched import Unmatched

#: How many are searched for before that is noted, and when again for one that was not there.
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
        with pull.deps.store.read() as db:
            here = presence.uids_here(db, pull.folder_id)
        found = {uid for each in wanted for uid in _found(pull, each) if uid not in here}
        fetch_messages(pull, sorted(found, reverse=True))
        if pull.tally.waiting[pull.name]:
            return  # The run may take no more: the next one searches these again.
        with pull.deps.store.write(background=True) as db:
            pull.run.confirm(db)
            now = pull.deps.clock.now()
            unmatched.note_searched(db, (each.id for each in wanted), now)
        if len(wanted) < MOST_AT_ONCE:
            return


def _found(pull: Pull, wanted: Unmatched) -> list[int]:
    pull.run.control.proceed()
    # SEARCH finds the text anywhere in the field (RFC 9051, 6.4.4).
    return [
        uid
        for uid in pull.session.with_message_id(wanted.message_id)
        if is_itself(pull.session, uid, wanted.message_id)
    ]
