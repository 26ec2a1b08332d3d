"""How many messages of each folder are on the server, kept in step by triggers.

The pages ask for it every few seconds, of every mailbox, and counting half a million rows
takes longer than all the rest of a page. Rows come, go, move and are marked as removed in a
dozen places, some of them for many at once, so the database itself counts, in the
transaction that changes the rows: the count can never be another than that of the rows.
Only this file knows that they are SQLite's triggers; a migration that makes the table of
messages anew has to make them anew.
"""

_ADD = "UPDATE folders SET messages = messages + (new.removed_at IS NULL) WHERE id = new.folder_id;"
_TAKE = (
    "UPDATE folders SET messages = messages - (old.removed_at IS NULL) WHERE id = old.folder_id;"
)

#: Makes the triggers, and counts what is there already.
CREATE = (
    "CREATE TRIGGER messages_counted_insert AFTER INSERT ON messages "
    f"WHEN new.removed_at IS NULL BEGIN {_ADD} END",
    "CREATE TRIGGER messages_counted_delete AFTER DELETE ON messages "
    f"WHEN old.removed_at IS NULL BEGIN {_TAKE} END",
    "CREATE TRIGGER messages_counted_update AFTER UPDATE OF removed_at, folder_id ON messages "
    "WHEN (old.removed_at IS NULL) <> (new.removed_at IS NULL) OR old.folder_id <> new.folder_id "
    f"BEGIN {_TAKE} {_ADD} END",
    "UPDATE folders SET messages = (SELECT count(*) FROM messages "
    "WHERE messages.folder_id = folders.id AND messages.removed_at IS NULL)",
)
DROP = (
    "DROP TRIGGER messages_counted_update",
    "DROP TRIGGER messages_counted_delete",
    "DROP TRIGGER messages_counted_insert",
)
