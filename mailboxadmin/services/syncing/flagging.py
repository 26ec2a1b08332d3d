"""Flags that changed on the server since the last look."""

from collections.abc import Iterator

from mailboxadmin.imap.session import FlagsOf
from mailboxadmin.services.clicks import outbox
from mailboxadmin.services.new_mail.pulling import Pull
from mailboxadmin.store import flags as stored_flags
from mailboxadmin.store import presence
from mailboxadmin.store.slices import slices

#: Where every message is asked about, so many answers are in memory at once.
SLICE = 2000


def update_flags(pull: Pull) -> None:
    """Take over the server's flags of messages that are here."""
    changed: dict[int, frozenset[str]] = {}
    for some in slices(_answers(pull), SLICE):
        said = {uid: flags for uid, flags, _ in some}
        with pull.deps.store.read() as db:
            changed |= stored_flags.differing(db, pull.folder_id, said)
    if not changed:
        return
    with pull.deps.store.write(background=True) as db:
        pull.run.confirm(db)
        count = outbox.take_server_flags(db, pull.place, changed, pull.deps.clock.now())
        pull.tally.changed += count
        pull.note_counts(db)
    pull.tally.progress |= bool(count)


def _answers(pull: Pull) -> Iterator[FlagsOf]:
    assert pull.cursor is not None, "hold_numbering comes first"
    since, now_at = pull.cursor.highest_modseq, pull.status.highest_modseq
    if since is not None and now_at is not None and now_at >= since:
        return pull.session.flags_changed_since(since) if now_at > since else iter(())
    with pull.deps.store.read() as db:
        return pull.session.flags(presence.present_uids(db, pull.folder_id))
