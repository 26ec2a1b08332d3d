"""What broke and since when: incidents, links to mend it, answers nobody knows, pins that say whose."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from mailboxadmin.store import message_counts

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unknown_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("happening", sa.Text(), nullable=False),
        sa.Column("response_code", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unknown_answers")),
        sa.UniqueConstraint(
            "phase",
            "happening",
            "response_code",
            "provider",
            "said",
            name=op.f("uq_unknown_answers_phase_happening_response_code_provider_said"),
        ),
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("finding", sa.JSON(), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("outage_at", sa.DateTime(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("certificate", sa.JSON(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["mailbox_id"],
            ["mailboxes.id"],
            name=op.f("fk_incidents_mailbox_id_mailboxes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.create_index(
            "ix_incidents_mailbox_id_began_at", ["mailbox_id", "began_at"], unique=False
        )
        batch_op.create_index(
            "ix_incidents_open",
            ["mailbox_id"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
        )

    with op.batch_alter_table("checks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("certificate", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("stopped_by", sa.Text(), nullable=True))

    with op.batch_alter_table("mailboxes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("incident_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("repair_nonce", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("repair_made_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("repair_made_by", sa.Text(), nullable=True))

    with op.batch_alter_table("trusted_certificates", schema=None) as batch_op:
        batch_op.add_column(sa.Column("certificate", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("pinned_by", sa.Text(), server_default="", nullable=False))

    op.add_column(
        "folders", sa.Column("messages", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    for statement in message_counts.CREATE:
        op.execute(statement)
    # It was there to count them.
    op.drop_index("ix_messages_present", "messages")

    _begin_the_incidents_that_go_on()
    # Not in a batch: that would make the table anew, and its mail would go with the old one.
    op.execute("ALTER TABLE mailboxes DROP COLUMN failure_entry_id")


def _begin_the_incidents_that_go_on() -> None:
    """What is wrong now becomes an incident, with its count and its line in the log."""
    connection = op.get_bind()
    mailboxes, incidents = (
        sa.Table(name, sa.MetaData(), autoload_with=connection)
        for name in ("mailboxes", "incidents")
    )
    broken = connection.execute(
        sa.select(mailboxes).where(mailboxes.c.finding_since.is_not(None))
    ).all()
    for row in broken:
        values: dict[str, Any] = {
            "mailbox_id": row.id,
            "code": row.finding["code"],
            "finding": row.finding,
            "reach": "",
            "outage_at": row.finding_since,
            "began_at": row.finding_since,
            "last_at": row.last_attempt_at or row.finding_since,
            "times": max(row.failures, 1),
            "entry_id": row.failure_entry_id,
        }
        begun = connection.scalar(sa.insert(incidents).values(values).returning(incidents.c.id))
        connection.execute(
            sa.update(mailboxes).where(mailboxes.c.id == row.id).values(incident_id=begun)
        )


def downgrade() -> None:
    op.create_index(
        "ix_messages_present",
        "messages",
        ["mailbox_id", "folder_id"],
        unique=False,
        sqlite_where=sa.text("removed_at IS NULL"),
    )
    for statement in message_counts.DROP:
        op.execute(statement)
    op.execute("ALTER TABLE folders DROP COLUMN messages")

    with op.batch_alter_table("trusted_certificates", schema=None) as batch_op:
        batch_op.drop_column("pinned_by")
        batch_op.drop_column("certificate")

    op.add_column("mailboxes", sa.Column("failure_entry_id", sa.Integer(), nullable=True))
    for column in ("repair_made_by", "repair_made_at", "repair_nonce", "incident_id"):
        op.execute(f"ALTER TABLE mailboxes DROP COLUMN {column}")

    with op.batch_alter_table("checks", schema=None) as batch_op:
        batch_op.drop_column("stopped_by")
        batch_op.drop_column("certificate")

    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.drop_index("ix_incidents_open", sqlite_where=sa.text("ended_at IS NULL"))
        batch_op.drop_index("ix_incidents_mailbox_id_began_at")

    op.drop_table("incidents")
    op.drop_table("unknown_answers")
