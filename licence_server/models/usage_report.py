"""A raw report, stored once by its id until retention removes it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class UsageReport(Base):
    """One accepted report.

    happened_at: the PC's own time; sent_at, received_at: of its batch; counted_at: the time decided on;
    day, received_day: the days these fall on. items: the JSON array as sent.
    redacted_at: when the team took the comment away.
    """

    __tablename__ = "usage_report"
    # Feedback alone is ever looked for among the raw reports; sessions do not touch this index.
    __table_args__ = (
        Index(
            "ix_usage_report_feedback",
            "counted_at",
            "id",
            postgresql_where=text("mode = 'feedback'"),
            sqlite_where=text("mode = 'feedback'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = mapped_column(ForeignKey("installation.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    kit_id: Mapped[str] = mapped_column(ForeignKey("kit.id"))
    seq: Mapped[int] = mapped_column(BigInteger)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    happened_at: Mapped[datetime] = mapped_column()
    sent_at: Mapped[datetime] = mapped_column()
    received_at: Mapped[datetime] = mapped_column()
    counted_at: Mapped[datetime] = mapped_column()
    day: Mapped[date] = mapped_column()
    received_day: Mapped[date] = mapped_column()
    dated_on_receipt: Mapped[bool] = mapped_column()
    # "workshop", "individual" or "feedback".
    mode: Mapped[str] = mapped_column(String(10))
    duration_seconds: Mapped[int | None] = mapped_column()
    attendee_count: Mapped[int | None] = mapped_column()
    learner_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    items: Mapped[str | None] = mapped_column(Text)
    rating: Mapped[int | None] = mapped_column()
    item_id: Mapped[str | None] = mapped_column(String(64))
    comment: Mapped[str | None] = mapped_column(Text)
    redacted_at: Mapped[datetime | None] = mapped_column()
