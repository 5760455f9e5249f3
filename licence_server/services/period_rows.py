"""The rows of totals that make up a period: by month where it has whole months, by day at its ends.

* Each has the month it lies in, named by its first day, and the measures of its table.
* So figures cost the same however many days, and reports, are behind a month.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, select, union_all

from licence_server.domain.months import month_of, split
from licence_server.domain.period import ALL_TIME, Period
from licence_server.domain.tally import ITEM_MEASURES, RECEIPT_MEASURES, USAGE_MEASURES
from licence_server.models import ItemMonth, ItemOverall, ItemTotal, ReceiptMonth, ReceiptTotal, UsageMonth, UsageTotal
from licence_server.services.written_once import written_once


@written_once
def usage(period: Period, kit_id: str | None = None) -> Subquery:
    """Columns: organisation_id, kit_id, month, and the measures. kit_id: None for all kits, here and below."""
    return _rows(UsageMonth, UsageTotal, USAGE_MEASURES, period, kit_id)


@written_once
def items(period: Period, kit_id: str | None = None) -> Subquery:
    """The same, and item_id."""
    return _rows(ItemMonth, ItemTotal, ITEM_MEASURES, period, kit_id)


@written_once
def items_undated(period: Period, kit_id: str | None = None) -> Subquery:
    """The same as items, without the months."""
    if period != ALL_TIME:
        return items(period, kit_id)
    return select(ItemOverall).where(*of_kit(ItemOverall, kit_id)).subquery()


@written_once
def receipts(period: Period, kit_id: str | None = None) -> Subquery:
    """The same as usage, and last_received_at; days and months are those of receipt."""
    return _rows(ReceiptMonth, ReceiptTotal, (*RECEIPT_MEASURES, "last_received_at"), period, kit_id)


@written_once
def reporting(period: Period, kit_id: str | None = None) -> Select[tuple[UUID]]:
    """The organisations with a session in a period, each once."""
    rows = usage(period, kit_id)
    with_session = rows.c.workshop_sessions + rows.c.individual_sessions > 0
    # To count them; PostgreSQL would sort all rows for a count of distinct ones.
    return select(rows.c.organisation_id).where(with_session).distinct()


@written_once
def by_day(model: Any, measures: tuple[str, ...], period: Period, kit_id: str | None) -> Subquery:
    """Columns: the key of a table of days, and some of its measures. For weeks, which do not add up to months."""
    key = (column for column in model.__table__.primary_key)
    query = select(*key, *(getattr(model, measure) for measure in measures))
    query = query.where(*days_within(model.day, period.first, period.last), *of_kit(model, kit_id))
    return query.subquery()


def days_within(column: Any, first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    """Conditions that hold a column of days to those from first to last, both included; None where open."""
    conditions: list[ColumnElement[bool]] = []
    if first is not None:
        conditions.append(column >= first)
    if last is not None:
        conditions.append(column <= last)
    return conditions


def of_kit(rows: Any, kit_id: str | None) -> list[ColumnElement[bool]]:
    """Conditions that hold rows to one kit."""
    return [rows.kit_id == kit_id] if kit_id is not None else []


def _rows(months: Any, days: Any, measures: tuple[str, ...], period: Period, kit_id: str | None) -> Subquery:
    key = [column.name for column in days.__table__.primary_key if column.name != "day"]
    parts = split(period)
    queries = []
    if parts.whole is not None:
        whole = select(*(getattr(months, name) for name in (*key, "month", *measures)))
        queries.append(whole.where(*of_kit(months, kit_id), *days_within(months.month, *parts.whole)))
    for first, last in parts.ends:
        # Through the months, so that the key finds the days: they have no index of their own.
        same = and_(*(getattr(days, name) == getattr(months, name) for name in key))
        columns = (*(getattr(months, name) for name in (*key, "month")), *(getattr(days, name) for name in measures))
        some = select(*columns).select_from(months).join(days, same).where(*of_kit(months, kit_id))
        queries.append(some.where(months.month == month_of(first), *days_within(days.day, first, last)))
    return (queries[0] if len(queries) == 1 else union_all(*queries)).subquery()
