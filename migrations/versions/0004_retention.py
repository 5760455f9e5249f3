"""retention

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "removed_report",
        sa.Column("id_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=16), nullable=True),
        sa.Column("removed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_removed_report")),
    )
    op.create_table(
        "sealed_total",
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kit_id", sa.String(length=64), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_number"], ["audit_entry.number"], name=op.f("fk_sealed_total_entry_number_audit_entry")
        ),
        sa.ForeignKeyConstraint(["kit_id"], ["kit.id"], name=op.f("fk_sealed_total_kit_id_kit")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_sealed_total_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("entry_number", "organisation_id", "kit_id", name=op.f("pk_sealed_total")),
    )
    # Not in batch mode: SQLite adds a column that may be empty in place, without a copy of the table.
    op.add_column("installation", sa.Column("removed_on", sa.Date(), nullable=True))
    op.add_column("installation", sa.Column("id_hash", sa.LargeBinary(length=16), nullable=True))
    op.create_index(op.f("ix_installation_id_hash"), "installation", ["id_hash"], unique=True)
    op.add_column("usage_report", sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=True))
    feedback = sa.text("mode = 'feedback'")
    op.create_index(
        "ix_usage_report_feedback",
        "usage_report",
        ["counted_at", "id"],
        unique=False,
        postgresql_where=feedback,
        sqlite_where=feedback,
    )


def downgrade() -> None:
    op.drop_index("ix_usage_report_feedback", table_name="usage_report")
    op.drop_column("usage_report", "redacted_at")
    op.drop_index(op.f("ix_installation_id_hash"), table_name="installation")
    op.drop_column("installation", "id_hash")
    op.drop_column("installation", "removed_on")
    op.drop_table("sealed_total")
    op.drop_table("removed_report")
