"""Totals by month, and of items over all time: what the days of usage_total.py add up to.

Triggers keep them in the transaction of the days, whatever changes these, so nothing here writes them. They have no
foreign keys: their days have.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.database import Base


class UsageMonth(Base):
    """What one organisation did with one kit in one month. month: its first day, here and below."""

    __tablename__ = "usage_month"
    # Here and below rows lie in the order of their key, which is the order they are added up in.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy's own interface)

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    kit_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    workshop_sessions: Mapped[int] = mapped_column(BigInteger)
    individual_sessions: Mapped[int] = mapped_column(BigInteger)
    attendances: Mapped[int] = mapped_column(BigInteger)
    session_seconds: Mapped[int] = mapped_column(BigInteger)
    distinct_learners: Mapped[int] = mapped_column(BigInteger)
    feedback_count: Mapped[int] = mapped_column(BigInteger)
    rating_sum: Mapped[int] = mapped_column(BigInteger)


class ItemMonth(Base):
    """What one organisation saw of one item in one month."""

    __tablename__ = "item_month"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    kit_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    plays: Mapped[int] = mapped_column(BigInteger)
    completions: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[int] = mapped_column(BigInteger)


class ItemOverall(Base):
    """What one organisation saw of one item in all."""

    __tablename__ = "item_overall"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    kit_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    plays: Mapped[int] = mapped_column(BigInteger)
    completions: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[int] = mapped_column(BigInteger)


class ReceiptMonth(Base):
    """What one organisation's installations of one kit sent us in one month of receipt."""

    __tablename__ = "receipt_month"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    kit_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    accepted: Mapped[int] = mapped_column(BigInteger)
    rejected: Mapped[int] = mapped_column(BigInteger)
    duplicates: Mapped[int] = mapped_column(BigInteger)
    dated_on_receipt: Mapped[int] = mapped_column(BigInteger)
    last_received_at: Mapped[datetime] = mapped_column()
