"""which seal holds the hashes of a removed report

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in batch mode: SQLite adds a column that may be empty in place, without a copy of the table. So there is
    # no foreign key either; `usage verify` compares each number with the audit log anyway.
    op.add_column("removed_report", sa.Column("entry_number", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("removed_report", "entry_number")
