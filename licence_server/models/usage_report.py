"""A raw report, stored once and for ever by its id."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.database import Base


class UsageReport(Base):
    """One accepted report.

    happened_at: the PC's own time; sent_at, received_at: of its batch; counted_at: the time decided on;
    day, received_day: the days these fall on. items: the JSON array as sent.
    """

    __tablename__ = "usage_report"

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
