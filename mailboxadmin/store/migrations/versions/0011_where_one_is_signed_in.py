"""Where one is signed in: with each sign-in the browser, and the network address it came from."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COLUMNS = ("user_agent", "remote_addr")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("sessions", sa.Column(name, sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("sessions", name)
