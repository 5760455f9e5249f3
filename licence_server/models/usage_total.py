"""Totals, kept in the transaction of the report they count."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class UsageMeasures:
    """What is counted of sessions and feedback."""

    workshop_sessions: Mapped[int] = mapped_column(BigInteger)
    individual_sessions: Mapped[int] = mapped_column(BigInteger)
    attendances: Mapped[int] = mapped_column(BigInteger)
    session_seconds: Mapped[int] = mapped_column(BigInteger)
    distinct_learners: Mapped[int] = mapped_column(BigInteger)
    feedback_count: Mapped[int] = mapped_column(BigInteger)
    rating_sum: Mapped[int] = mapped_column(BigInteger)


class ItemMeasures:
    """What is counted of one item."""

    plays: Mapped[int] = mapped_column(BigInteger)
    completions: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[int] = mapped_column(BigInteger)


class ReceiptMeasures:
    """What is counted of what came in."""

    accepted: Mapped[int] = mapped_column(BigInteger)
    rejected: Mapped[int] = mapped_column(BigInteger)
    duplicates: Mapped[int] = mapped_column(BigInteger)
    dated_on_receipt: Mapped[int] = mapped_column(BigInteger)
    last_received_at: Mapped[datetime] = mapped_column()


class UsageTotal(UsageMeasures, Base):
    """What one organisation did with one kit on one day."""

    __tablename__ = "usage_total"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    kit_id: Mapped[str] = mapped_column(ForeignKey("kit.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)


class ItemTotal(ItemMeasures, Base):
    """What one organisation saw of one item on one day."""

    __tablename__ = "item_total"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    kit_id: Mapped[str] = mapped_column(ForeignKey("kit.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)


class ReceiptTotal(ReceiptMeasures, Base):
    """What one organisation's installations of one kit sent us on one day of receipt."""

    __tablename__ = "receipt_total"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    kit_id: Mapped[str] = mapped_column(ForeignKey("kit.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
