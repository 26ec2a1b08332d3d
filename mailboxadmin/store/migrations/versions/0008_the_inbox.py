"""The inbox: what lists it, its conversations, whose pictures are shown, and what can be undone.

Whether files are enclosed is taken from what the second pass found; conversations are found
again by it, when the messages are looked at anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_HERE = "removed_at IS NULL"
_FOLDER = ["folder_id", "arrived_at"]
_INDEXES = {
    "ix_messages_here": (_FOLDER, _HERE),
    "ix_messages_unread": (_FOLDER, f"{_HERE} AND seen = 0"),
    "ix_messages_flagged": (_FOLDER, f"{_HERE} AND instr(flags, '\\Flagged') > 0"),
    "ix_messages_attached": (_FOLDER, f"{_HERE} AND attached = 1"),
    "ix_messages_removed": (_FOLDER, "removed_at IS NOT NULL"),
    "ix_messages_conversation": (
        ["mailbox_id", "thread_id", "arrived_at"],
        f"{_HERE} AND thread_id IS NOT NULL",
    ),
}


def upgrade() -> None:
    # Added one by one: a table made anew would lose its triggers.
    op.add_column(
        "messages",
        sa.Column("attached", sa.Boolean(), nullable=False, server_default=sa.text("0")),
    )
    op.add_column("messages", sa.Column("thread_id", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE messages SET attached = 1 WHERE id IN (SELECT message_id FROM message_contents "
        "WHERE json_array_length(attachments) > 0)"
    )
    for name, (columns, where) in _INDEXES.items():
        op.create_index(name, "messages", columns, sqlite_where=sa.text(where))
    _tables()


def downgrade() -> None:
    for table in ("undos", "image_senders", "shown_images", "thread_links"):
        op.drop_table(table)
    for name in _INDEXES:
        op.drop_index(name, "messages")
    op.drop_column("messages", "thread_id")
    op.drop_column("messages", "attached")


def _mailbox(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["mailbox_id"],
        ["mailboxes.id"],
        name=op.f(f"fk_{table}_mailbox_id_mailboxes"),
        ondelete="CASCADE",
    )


def _tables() -> None:
    op.create_table(
        "thread_links",
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("link", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        _mailbox("thread_links"),
        sa.PrimaryKeyConstraint("mailbox_id", "link", name=op.f("pk_thread_links")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_thread_links_thread_id", "thread_links", ["thread_id"])
    op.create_table(
        "shown_images",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_shown_images_message_id_messages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_shown_images")),
    )
    op.create_table(
        "image_senders",
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        _mailbox("image_senders"),
        sa.PrimaryKeyConstraint("mailbox_id", "address", name=op.f("pk_image_senders")),
    )
    op.create_table(
        "undos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("messages", sa.JSON(), nullable=False),
        _mailbox("undos"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undos")),
    )
    op.create_index("ix_undos_mailbox_id", "undos", ["mailbox_id"])
