"""What is kept an eye on: certificates, room, folders as listed, rival schedulers, tests of all."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mailbox_facts",
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("listed_folders", sa.JSON(), nullable=True),
        sa.Column("listed_at", sa.DateTime(), nullable=True),
        sa.Column("usual_gap_s", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["mailbox_id"],
            ["mailboxes.id"],
            name=op.f("fk_mailbox_facts_mailbox_id_mailboxes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("mailbox_id", name=op.f("pk_mailbox_facts")),
    )
    op.create_table(
        "server_certificates",
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("server", name=op.f("pk_server_certificates")),
    )
    op.create_table(
        "disk_samples",
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("free_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("at", name=op.f("pk_disk_samples")),
    )
    op.create_table(
        "run_alls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("beat_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("cancelled_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_alls")),
    )
    op.create_table(
        "run_all_results",
        sa.Column("run_all_id", sa.Integer(), nullable=False),
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=True),
        sa.Column("finding", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_all_id"],
            ["run_alls.id"],
            name=op.f("fk_run_all_results_run_all_id_run_alls"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["mailbox_id"],
            ["mailboxes.id"],
            name=op.f("fk_run_all_results_mailbox_id_mailboxes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_all_id", "mailbox_id", name=op.f("pk_run_all_results")),
    )
    op.add_column("leases", sa.Column("memory_bytes", sa.BigInteger(), nullable=True))
    op.add_column("folders", sa.Column("keeps_seen", sa.Boolean(), nullable=True))
    for column in (
        sa.Column("rival_host", sa.Text(), nullable=True),
        sa.Column("rival_pid", sa.Integer(), nullable=True),
        sa.Column("rival_at", sa.DateTime(), nullable=True),
        sa.Column("ahead_s", sa.Integer(), nullable=True),
        sa.Column("compared_at", sa.DateTime(), nullable=True),
    ):
        op.add_column("heartbeat", column)


def downgrade() -> None:
    for name in ("compared_at", "ahead_s", "rival_at", "rival_pid", "rival_host"):
        op.drop_column("heartbeat", name)
    op.drop_column("folders", "keeps_seen")
    op.drop_column("leases", "memory_bytes")
    for table in (
        "run_all_results",
        "run_alls",
        "disk_samples",
        "server_certificates",
        "mailbox_facts",
    ):
        op.drop_table(table)
