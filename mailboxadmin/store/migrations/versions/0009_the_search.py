"""The search: an index of the words of all mail; and until when removed mail is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CREATE = (
    "CREATE VIRTUAL TABLE mail_search USING fts5(subject, sender, recipients, body, names, facets, content='', prefix='2 3', tokenize=\"unicode61 remove_diacritics 2\")",
    "CREATE TRIGGER mail_search_examined AFTER UPDATE OF examined_at ON messages WHEN new.examined_at IS NOT NULL BEGIN INSERT OR IGNORE INTO search_entries(message_id, indexed) VALUES (new.id, 0); END",
    "CREATE TRIGGER mail_search_delete BEFORE DELETE ON messages WHEN EXISTS (SELECT 1 FROM search_entries e WHERE e.message_id = old.id AND e.indexed = 1) BEGIN INSERT INTO mail_search(mail_search, rowid, subject, sender, recipients, body, names, facets) SELECT 'delete', (min(max(coalesce(CAST(strftime('%s', m.arrived_at) AS INTEGER), 0), 0), 4294967295) << 31) | m.id, m.subject, m.sender, m.recipients, coalesce(c.body_text, ''), coalesce((SELECT group_concat(json_extract(a.value, '$.name'), ' ') FROM json_each(c.attachments) a), ''), 'm' || m.mailbox_id || CASE WHEN json_array_length(c.attachments) > 0 THEN ' attachment' ELSE '' END FROM messages m LEFT JOIN message_contents c ON c.message_id = m.id WHERE m.id = old.id; UPDATE search_entries SET indexed = 0 WHERE message_id = old.id; END",
    "CREATE TRIGGER mail_search_update BEFORE UPDATE OF subject, sender, recipients, arrived_at, mailbox_id, examined_at ON messages WHEN (old.subject IS NOT new.subject OR old.sender IS NOT new.sender OR old.recipients IS NOT new.recipients OR old.arrived_at IS NOT new.arrived_at OR old.mailbox_id IS NOT new.mailbox_id OR old.examined_at IS NOT new.examined_at) AND EXISTS (SELECT 1 FROM search_entries e WHERE e.message_id = old.id AND e.indexed = 1) BEGIN INSERT INTO mail_search(mail_search, rowid, subject, sender, recipients, body, names, facets) SELECT 'delete', (min(max(coalesce(CAST(strftime('%s', m.arrived_at) AS INTEGER), 0), 0), 4294967295) << 31) | m.id, m.subject, m.sender, m.recipients, coalesce(c.body_text, ''), coalesce((SELECT group_concat(json_extract(a.value, '$.name'), ' ') FROM json_each(c.attachments) a), ''), 'm' || m.mailbox_id || CASE WHEN json_array_length(c.attachments) > 0 THEN ' attachment' ELSE '' END FROM messages m LEFT JOIN message_contents c ON c.message_id = m.id WHERE m.id = old.id; UPDATE search_entries SET indexed = 0 WHERE message_id = old.id; END",
    "CREATE TRIGGER mail_search_contents_insert BEFORE INSERT ON message_contents WHEN EXISTS (SELECT 1 FROM search_entries e WHERE e.message_id = new.message_id AND e.indexed = 1) BEGIN INSERT INTO mail_search(mail_search, rowid, subject, sender, recipients, body, names, facets) SELECT 'delete', (min(max(coalesce(CAST(strftime('%s', m.arrived_at) AS INTEGER), 0), 0), 4294967295) << 31) | m.id, m.subject, m.sender, m.recipients, coalesce(c.body_text, ''), coalesce((SELECT group_concat(json_extract(a.value, '$.name'), ' ') FROM json_each(c.attachments) a), ''), 'm' || m.mailbox_id || CASE WHEN json_array_length(c.attachments) > 0 THEN ' attachment' ELSE '' END FROM messages m LEFT JOIN message_contents c ON c.message_id = m.id WHERE m.id = new.message_id; UPDATE search_entries SET indexed = 0 WHERE message_id = new.message_id; END",
    "CREATE TRIGGER mail_search_contents_update BEFORE UPDATE ON message_contents WHEN EXISTS (SELECT 1 FROM search_entries e WHERE e.message_id = old.message_id AND e.indexed = 1) BEGIN INSERT INTO mail_search(mail_search, rowid, subject, sender, recipients, body, names, facets) SELECT 'delete', (min(max(coalesce(CAST(strftime('%s', m.arrived_at) AS INTEGER), 0), 0), 4294967295) << 31) | m.id, m.subject, m.sender, m.recipients, coalesce(c.body_text, ''), coalesce((SELECT group_concat(json_extract(a.value, '$.name'), ' ') FROM json_each(c.attachments) a), ''), 'm' || m.mailbox_id || CASE WHEN json_array_length(c.attachments) > 0 THEN ' attachment' ELSE '' END FROM messages m LEFT JOIN message_contents c ON c.message_id = m.id WHERE m.id = old.message_id; UPDATE search_entries SET indexed = 0 WHERE message_id = old.message_id; END",
    "CREATE TRIGGER mail_search_contents_delete BEFORE DELETE ON message_contents WHEN EXISTS (SELECT 1 FROM search_entries e WHERE e.message_id = old.message_id AND e.indexed = 1) BEGIN INSERT INTO mail_search(mail_search, rowid, subject, sender, recipients, body, names, facets) SELECT 'delete', (min(max(coalesce(CAST(strftime('%s', m.arrived_at) AS INTEGER), 0), 0), 4294967295) << 31) | m.id, m.subject, m.sender, m.recipients, coalesce(c.body_text, ''), coalesce((SELECT group_concat(json_extract(a.value, '$.name'), ' ') FROM json_each(c.attachments) a), ''), 'm' || m.mailbox_id || CASE WHEN json_array_length(c.attachments) > 0 THEN ' attachment' ELSE '' END FROM messages m LEFT JOIN message_contents c ON c.message_id = m.id WHERE m.id = old.message_id; UPDATE search_entries SET indexed = 0 WHERE message_id = old.message_id; END",
    "INSERT INTO search_entries(message_id, indexed) SELECT id, 0 FROM messages WHERE examined_at IS NOT NULL",
)
DROP = (
    "DROP TRIGGER mail_search_contents_insert",
    "DROP TRIGGER mail_search_contents_update",
    "DROP TRIGGER mail_search_contents_delete",
    "DROP TRIGGER mail_search_update",
    "DROP TRIGGER mail_search_delete",
    "DROP TRIGGER mail_search_examined",
    "DROP TABLE mail_search",
)


def upgrade() -> None:
    op.create_table(
        "search_entries",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("indexed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_search_entries_message_id_messages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_search_entries")),
    )
    op.create_index(
        "ix_search_entries_waiting",
        "search_entries",
        ["message_id"],
        sqlite_where=sa.text("indexed = 0"),
    )
    for statement in CREATE:
        op.execute(statement)
    op.create_index(
        "ix_messages_gone",
        "messages",
        ["mailbox_id", "removed_at"],
        sqlite_where=sa.text("removed_at IS NOT NULL"),
    )
    # Not as a batch: that would make the table anew, and take its rows' mail along.
    op.add_column("mailboxes", sa.Column("purge_days", sa.Integer(), nullable=True))
    op.add_column("mailboxes", sa.Column("purge_from", sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("mailboxes", "purge_from")
    op.drop_column("mailboxes", "purge_days")
    op.drop_index("ix_messages_gone", "messages")
    for statement in DROP:
        op.execute(statement)
    op.drop_table("search_entries")
