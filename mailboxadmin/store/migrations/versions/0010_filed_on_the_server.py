"""Flagging and moving: what waits to be told, what is shown as flagged, and the way back."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_FOLDER = ["folder_id", "arrived_at"]
_BEFORE = "removed_at IS NULL AND instr(flags, '\\Flagged') > 0"
_NOW = "removed_at IS NULL AND flagged = 1"


def upgrade() -> None:
    # Added one by one: a table made anew would lose its triggers.
    op.add_column(
        "messages",
        sa.Column("flagged", sa.Boolean(), nullable=False, server_default=sa.text("0")),
    )
    op.execute("UPDATE messages SET flagged = 1 WHERE instr(flags, '\\Flagged') > 0")
    op.drop_index("ix_messages_flagged", "messages")
    op.create_index("ix_messages_flagged", "messages", _FOLDER, sqlite_where=sa.text(_NOW))
    op.execute("ALTER TABLE undos RENAME COLUMN seen TO wanted")
    op.add_column(
        "undos", sa.Column("kind", sa.Text(), nullable=False, server_default=sa.text("'seen'"))
    )
    op.add_column("undos", sa.Column("target", sa.Text(), nullable=True))
    op.add_column("undos", sa.Column("origins", sa.JSON(), nullable=True))
    _changes()


def downgrade() -> None:
    op.drop_table("changes")
    op.execute("DELETE FROM undos WHERE kind <> 'seen'")
    for column in ("origins", "target", "kind"):
        op.drop_column("undos", column)
    op.execute("ALTER TABLE undos RENAME COLUMN wanted TO seen")
    op.drop_index("ix_messages_flagged", "messages")
    op.drop_column("messages", "flagged")
    op.create_index("ix_messages_flagged", "messages", _FOLDER, sqlite_where=sa.text(_BEFORE))


def _reference(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{table}.id"],
        name=op.f(f"fk_changes_{column}_{table}"),
        ondelete="CASCADE",
    )


def _changes() -> None:
    op.create_table(
        "changes",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=True),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("asked_id", sa.Integer(), nullable=True),
        sa.Column("asked_validity", sa.Integer(), nullable=True),
        sa.Column("asked_uid_next", sa.Integer(), nullable=True),
        sa.Column("failed_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        _reference("message_id", "messages"),
        _reference("mailbox_id", "mailboxes"),
        _reference("target_id", "folders"),
        _reference("asked_id", "folders"),
        sa.PrimaryKeyConstraint("message_id", "kind", name=op.f("pk_changes")),
    )
    op.create_index("ix_changes_mailbox_id", "changes", ["mailbox_id"])
    op.create_index(
        "ix_changes_arriving",
        "changes",
        ["target_id"],
        sqlite_where=sa.text("failed_at IS NULL"),
    )
