"""What the sync engine that works both ways keeps: parts, contents, the outbox, imports."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_contents",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("preview", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_message_contents_message_id_messages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message_contents")),
    )
    op.create_table(
        "message_parts",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_message_parts_message_id_messages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", "number", name=op.f("pk_message_parts")),
    )
    op.create_table(
        "read_changes",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("clicked_at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailbox_id"],
            ["mailboxes.id"],
            name=op.f("fk_read_changes_mailbox_id_mailboxes"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_read_changes_message_id_messages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_read_changes")),
    )
    with op.batch_alter_table("read_changes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_read_changes_mailbox_id"), ["mailbox_id"], unique=False
        )

    with op.batch_alter_table("folders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("selection", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("special_use", sa.Text(), nullable=True))

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expected_size", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("examined_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("imported_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("searched_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("no_uid_said_at", sa.DateTime(), nullable=True))
        batch_op.create_index(
            "ix_messages_arriving",
            ["folder_id"],
            unique=False,
            sqlite_where=sa.text("expected_size IS NOT NULL"),
        )
        batch_op.drop_index("ix_messages_folder_digest")
        batch_op.create_index(
            "ix_messages_unmatched",
            ["folder_id", "digest"],
            unique=False,
            sqlite_where=sa.text("uid IS NULL"),
        )
        batch_op.create_index(
            "ix_messages_imported",
            ["mailbox_id", "message_id"],
            unique=False,
            sqlite_where=sa.text("uid IS NULL AND imported_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_messages_refused",
            ["folder_id"],
            unique=False,
            sqlite_where=sa.text("refused_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_messages_unexamined",
            ["mailbox_id", "arrived_at"],
            unique=False,
            sqlite_where=sa.text(
                "examined_at IS NULL AND refused_at IS NULL AND expected_size IS NULL"
            ),
        )


def downgrade() -> None:
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_unmatched", sqlite_where=sa.text("uid IS NULL"))
        batch_op.create_index("ix_messages_folder_digest", ["folder_id", "digest"], unique=False)
        batch_op.drop_index(
            "ix_messages_unexamined",
            sqlite_where=sa.text(
                "examined_at IS NULL AND refused_at IS NULL AND expected_size IS NULL"
            ),
        )
        batch_op.drop_index("ix_messages_refused", sqlite_where=sa.text("refused_at IS NOT NULL"))
        batch_op.drop_index(
            "ix_messages_imported", sqlite_where=sa.text("uid IS NULL AND imported_at IS NOT NULL")
        )
        batch_op.drop_index(
            "ix_messages_arriving", sqlite_where=sa.text("expected_size IS NOT NULL")
        )
        batch_op.drop_column("no_uid_said_at")
        batch_op.drop_column("searched_at")
        batch_op.drop_column("imported_at")
        batch_op.drop_column("examined_at")
        batch_op.drop_column("expected_size")

    with op.batch_alter_table("folders", schema=None) as batch_op:
        batch_op.drop_column("special_use")
        batch_op.drop_column("selection")

    with op.batch_alter_table("read_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_read_changes_mailbox_id"))

    op.drop_table("read_changes")
    op.drop_table("message_parts")
    op.drop_table("message_contents")
