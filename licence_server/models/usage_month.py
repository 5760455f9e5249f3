"""Totals by month, and of items over all time: what the days of usage_total.py add up to.

Triggers keep them in the transaction of the days, whatever changes these, so nothing here writes them. They have no
foreign keys: their days have.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base
from licence_server.models.usage_total import ItemMeasures, ReceiptMeasures, UsageMeasures


class _InOrder:
    """Rows lie in the order of their key, which is the order they are added up in."""

    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy's own interface)


class UsageMonth(UsageMeasures, _InOrder, Base):
    """What one organisation did with one kit in one month. month: its first day, here and below."""

    __tablename__ = "usage_month"

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    kit_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)


class ItemMonth(ItemMeasures, _InOrder, Base):
    """What one organisation saw of one item in one month."""

    __tablename__ = "item_month"

    kit_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)


class ItemOverall(ItemMeasures, _InOrder, Base):
    """What one organisation saw of one item in all."""

    __tablename__ = "item_overall"

    kit_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)


class ReceiptMonth(ReceiptMeasures, _InOrder, Base):
    """What one organisation's installations of one kit sent us in one month of receipt."""

    __tablename__ = "receipt_month"

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    kit_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
