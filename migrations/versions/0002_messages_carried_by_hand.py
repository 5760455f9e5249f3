"""messages carried by hand

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "carried_message",
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("jti", sa.String(length=255), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("lease", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["installation_id"], ["installation.id"], name=op.f("fk_carried_message_installation_id_installation")
        ),
        sa.PrimaryKeyConstraint("installation_id", "jti", name=op.f("pk_carried_message")),
    )
    # Not in batch mode: SQLite adds a column with a default in place, without a copy of the table.
    op.add_column("rejected_report", sa.Column("carried", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("rejected_report", "carried")
    op.drop_table("carried_message")
