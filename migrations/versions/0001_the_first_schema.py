"""the first schema

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_key_key_hash")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=50), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("previous_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_subject"), ["subject"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "keyset",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("jwt", sa.Text(), nullable=False),
        sa.Column("roots", sa.Text(), nullable=False),
        sa.Column("signing_kid", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_keyset")),
    )
    op.create_table(
        "kit",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kit")),
    )
    with op.batch_alter_table("kit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kit_created_at"), ["created_at"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=True),
        sa.Column("sector", sa.String(length=100), nullable=True),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("reference", name=op.f("uq_organisation_reference")),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_created_at"), ["created_at"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "rate_limit",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_limit")),
    )
    with op.batch_alter_table("rate_limit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rate_limit_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "rate_salt",
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_rate_salt")),
    )
    op.create_table(
        "root",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("jwk", sa.Text(), nullable=False),
        sa.Column("jwt", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_root")),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("jwk", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    op.create_table(
        "idempotency_record",
        sa.Column("api_key_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("etag", sa.String(length=50), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_key.id"], name=op.f("fk_idempotency_record_api_key_id_api_key")),
        sa.PrimaryKeyConstraint("api_key_id", "key", name=op.f("pk_idempotency_record")),
    )
    with op.batch_alter_table("idempotency_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_record_created_at"), ["created_at"], unique=False)

    op.create_table(
        "item_total",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kit_id", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("plays", sa.BigInteger(), nullable=False),
        sa.Column("completions", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["kit_id"], ["kit.id"], name=op.f("fk_item_total_kit_id_kit")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_item_total_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "kit_id", "item_id", "day", name=op.f("pk_item_total")),
    )
    op.create_table(
        "kit_item",
        sa.Column("kit_id", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["kit_id"], ["kit.id"], name=op.f("fk_kit_item_kit_id_kit")),
        sa.PrimaryKeyConstraint("kit_id", "item_id", name=op.f("pk_kit_item")),
    )
    op.create_table(
        "learner",
        sa.Column("kit_id", sa.String(length=64), nullable=False),
        sa.Column("learner_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["kit_id"], ["kit.id"], name=op.f("fk_learner_kit_id_kit")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_learner_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("kit_id", "learner_hash", name=op.f("pk_learner")),
    )
    op.create_table(
        "licence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kit_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trial_days", sa.Integer(), nullable=True),
        sa.Column("first_activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seat_limit", sa.Integer(), nullable=True),
        sa.Column("lease_days", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("check_in_days", sa.Integer(), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["kit_id"], ["kit.id"], name=op.f("fk_licence_kit_id_kit")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_licence_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence")),
    )
    with op.batch_alter_table("licence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_licence_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_licence_kit_id"), ["kit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_licence_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "receipt_total",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kit_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("duplicates", sa.BigInteger(), nullable=False),
        sa.Column("dated_on_receipt", sa.BigInteger(), nullable=False),
        sa.Column("last_received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["kit_id"], ["kit.id"], name=op.f("fk_receipt_total_kit_id_kit")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_receipt_total_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "kit_id", "day", name=op.f("pk_receipt_total")),
    )
    op.create_table(
        "usage_total",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kit_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("workshop_sessions", sa.BigInteger(), nullable=False),
        sa.Column("individual_sessions", sa.BigInteger(), nullable=False),
        sa.Column("attendances", sa.BigInteger(), nullable=False),
        sa.Column("session_seconds", sa.BigInteger(), nullable=False),
        sa.Column("distinct_learners", sa.BigInteger(), nullable=False),
        sa.Column("feedback_count", sa.BigInteger(), nullable=False),
        sa.Column("rating_sum", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["kit_id"], ["kit.id"], name=op.f("fk_usage_total_kit_id_kit")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_usage_total_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "kit_id", "day", name=op.f("pk_usage_total")),
    )
    op.create_table(
        "activation_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("licence_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hint", sa.String(length=4), nullable=False),
        sa.Column("uses_limit", sa.Integer(), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["licence_id"], ["licence.id"], name=op.f("fk_activation_token_licence_id_licence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activation_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_activation_token_token_hash")),
    )
    with op.batch_alter_table("activation_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activation_token_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_activation_token_licence_id"), ["licence_id"], unique=False)

    op.create_table(
        "installation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("licence_id", sa.Uuid(), nullable=False),
        sa.Column("kit_id", sa.String(length=64), nullable=False),
        sa.Column("kit_version", sa.String(length=50), nullable=False),
        sa.Column("client_name", sa.String(length=50), nullable=False),
        sa.Column("client_version", sa.String(length=50), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seat_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("copied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sync_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_numbers", sa.Text(), nullable=False),
        sa.Column("missing_reports", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["kit_id"], ["kit.id"], name=op.f("fk_installation_kit_id_kit")),
        sa.ForeignKeyConstraint(["licence_id"], ["licence.id"], name=op.f("fk_installation_licence_id_licence")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_installation_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    with op.batch_alter_table("installation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_installation_activated_at"), ["activated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_installation_kit_id"), ["kit_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_installation_licence_id_seat_until"), ["licence_id", "seat_until"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_installation_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "installation_token",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["installation_id"], ["installation.id"], name=op.f("fk_installation_token_installation_id_installation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_installation_token_token_hash")),
    )
    with op.batch_alter_table("installation_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_installation_token_installation_id"), ["installation_id"], unique=False)

    op.create_table(
        "rejected_report",
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("identity", sa.LargeBinary(length=32), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kit_id", sa.String(length=64), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_day", sa.Date(), nullable=False),
        sa.Column("report", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["installation_id"], ["installation.id"], name=op.f("fk_rejected_report_installation_id_installation")
        ),
        sa.ForeignKeyConstraint(["kit_id"], ["kit.id"], name=op.f("fk_rejected_report_kit_id_kit")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_rejected_report_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("installation_id", "identity", name=op.f("pk_rejected_report")),
    )
    with op.batch_alter_table("rejected_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rejected_report_code"), ["code"], unique=False)

    op.create_table(
        "usage_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kit_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("received_day", sa.Date(), nullable=False),
        sa.Column("dated_on_receipt", sa.Boolean(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("duration_seconds", sa.Integer(), nullable=True),
        sa.Column("attendee_count", sa.Integer(), nullable=True),
        sa.Column("learner_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("items", sa.Text(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("item_id", sa.String(length=64), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["installation_id"], ["installation.id"], name=op.f("fk_usage_report_installation_id_installation")
        ),
        sa.ForeignKeyConstraint(["kit_id"], ["kit.id"], name=op.f("fk_usage_report_kit_id_kit")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_usage_report_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_report")),
    )
    head = sa.table("audit_head", sa.column("id"), sa.column("number"), sa.column("hash", sa.LargeBinary))
    op.bulk_insert(head, [{"id": 1, "number": 0, "hash": bytes(32)}])


def downgrade() -> None:
    op.drop_table("usage_report")
    with op.batch_alter_table("rejected_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rejected_report_code"))

    op.drop_table("rejected_report")
    with op.batch_alter_table("installation_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_installation_token_installation_id"))

    op.drop_table("installation_token")
    with op.batch_alter_table("installation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_installation_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_installation_licence_id_seat_until"))
        batch_op.drop_index(batch_op.f("ix_installation_kit_id"))
        batch_op.drop_index(batch_op.f("ix_installation_activated_at"))

    op.drop_table("installation")
    with op.batch_alter_table("activation_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activation_token_licence_id"))
        batch_op.drop_index(batch_op.f("ix_activation_token_created_at"))

    op.drop_table("activation_token")
    op.drop_table("usage_total")
    op.drop_table("receipt_total")
    with op.batch_alter_table("licence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_licence_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_licence_kit_id"))
        batch_op.drop_index(batch_op.f("ix_licence_created_at"))

    op.drop_table("licence")
    op.drop_table("learner")
    op.drop_table("kit_item")
    op.drop_table("item_total")
    with op.batch_alter_table("idempotency_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_record_created_at"))

    op.drop_table("idempotency_record")
    op.drop_table("signing_key")
    op.drop_table("setting")
    op.drop_table("root")
    op.drop_table("rate_salt")
    with op.batch_alter_table("rate_limit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rate_limit_expires_at"))

    op.drop_table("rate_limit")
    op.drop_table("person")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_created_at"))

    op.drop_table("organisation")
    with op.batch_alter_table("kit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kit_created_at"))

    op.drop_table("kit")
    op.drop_table("keyset")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_subject"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_action"))

    op.drop_table("audit_entry")
    op.drop_table("api_key")
