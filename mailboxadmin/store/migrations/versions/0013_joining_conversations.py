"""An index for what joins two conversations: their messages that are gone from the server."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_messages_gone_conversation",
        "messages",
        ["mailbox_id", "thread_id"],
        sqlite_where=sa.text("removed_at IS NOT NULL AND thread_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_messages_gone_conversation", "messages")
