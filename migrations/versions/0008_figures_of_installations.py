"""an index that holds all that figures ask of every installation

Revision ID: 0008
Revises: 0007

SQLite alone: it adds up by licence in the order of an index, and would fetch every row of the table one by one for it.
PostgreSQL adds up in memory.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NAME = "ix_installation_figures"
_COLUMNS = [
    "licence_id",
    "activated_at",
    "last_sync_at",
    "seat_until",
    "released_at",
    "revoked_at",
    "declined_at",
    "copied_at",
    "missing_reports",
]


def upgrade() -> None:
    if _is_sqlite():
        op.create_index(_NAME, "installation", _COLUMNS)


def downgrade() -> None:
    if _is_sqlite():
        op.drop_index(_NAME, table_name="installation")


def _is_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"
