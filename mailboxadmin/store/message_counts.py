"""How many messages of each folder are on the server, in step with the rows.

The pages ask for it every few seconds, of every mailbox, and counting half a million rows
takes longer than all the rest of a page. So it is kept, and changed in the transaction that
changes the rows. They go, move and are marked as removed in many places, some of them by a
cascade, so there the database counts by itself, in triggers. What comes is counted by who
adds it, once a batch: a trigger on that would make a third more work of each row.
Only this file knows that they are SQLite's triggers; a migration that makes the table of
messages anew has to make them anew.
"""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import update
from sqlalchemy.orm import Session

from mailboxadmin.store.tables_mail import FolderRow

_ADD = "UPDATE folders SET messages = messages + (new.removed_at IS NULL) WHERE id = new.folder_id;"
_TAKE = (
    "UPDATE folders SET messages = messages - (old.removed_at IS NULL) WHERE id = old.folder_id;"
)

#: Counts every folder anew.
COUNT_ALL = (
    "UPDATE folders SET messages = (SELECT count(*) FROM messages "
    "WHERE messages.folder_id = folders.id AND messages.removed_at IS NULL)"
)
#: Makes the triggers, and counts what is there already.
CREATE = (
    "CREATE TRIGGER messages_counted_delete AFTER DELETE ON messages "
    f"WHEN old.removed_at IS NULL BEGIN {_TAKE} END",
    "CREATE TRIGGER messages_counted_update AFTER UPDATE OF removed_at, folder_id ON messages "
    "WHEN (old.removed_at IS NULL) <> (new.removed_at IS NULL) OR old.folder_id <> new.folder_id "
    f"BEGIN {_TAKE} {_ADD} END",
    COUNT_ALL,
)
DROP = (
    "DROP TRIGGER messages_counted_update",
    "DROP TRIGGER messages_counted_delete",
)


def count_added(db: Session, folder_ids: Iterable[int]) -> None:
    """Rows are added in this transaction, one to each of these folders, none of them removed."""
    for folder_id, count in Counter(folder_ids).items():
        # On the connection: no object of the session is asked for its count.
        db.connection().execute(
            update(FolderRow)
            .where(FolderRow.id == folder_id)
            .values(messages=FolderRow.messages + count)
        )
