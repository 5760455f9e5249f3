"""Apply tallies to the totals, and read the totals back as tallies."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from licence_server.database import Base
from licence_server.domain.tally import ITEM_MEASURES, RECEIPT_MEASURES, USAGE_MEASURES, Tally
from licence_server.models import ItemTotal, ReceiptTotal, UsageTotal
from licence_server.services.row_sets import insert_rows

Owner = tuple[UUID, str]
"""Whose totals: organisation id and kit id."""

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Receipt:
    """When a batch came, and the day that is."""

    at: datetime
    day: date


def apply(session: Session, tallies: Mapping[Owner, Tally], came: Mapping[Owner, Receipt]) -> None:
    """Add tallies to the totals, rows in one fixed order so that two transactions cannot deadlock.

    came: when the newest reports of an owner did; without those that came earlier and are only now counted.
    """
    usage: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(dict)
    items: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(dict)
    receipts: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(dict)
    for owner, tally in tallies.items():
        for (day, measure), amount in tally.usage.items():
            usage[*owner, day][measure] = amount
        for (item_id, day, measure), amount in tally.items.items():
            items[*owner, item_id, day][measure] = amount
        newest = came.get(owner)
        for (day, measure), amount in tally.receipts.items():
            receipts[*owner, day][measure] = amount
            receipts[*owner, day]["last_received_at"] = newest.at if newest and newest.day == day else _NEVER
    connection = session.connection()
    _add(connection, UsageTotal, ("organisation_id", "kit_id", "day"), USAGE_MEASURES, usage)
    _add(connection, ItemTotal, ("organisation_id", "kit_id", "item_id", "day"), ITEM_MEASURES, items)
    _add(connection, ReceiptTotal, ("organisation_id", "kit_id", "day"), RECEIPT_MEASURES, receipts)


def read(rows: Iterable[Base], measures: tuple[str, ...]) -> dict[tuple[Any, ...], int]:
    """Totals as (primary key …, measure) to amount, without the zeros."""
    return {
        (*_key(row), measure): getattr(row, measure) for row in rows for measure in measures if getattr(row, measure)
    }


def _key(row: Base) -> tuple[Any, ...]:
    return tuple(getattr(row, column.name) for column in row.__table__.primary_key)


def _add(
    connection: Connection,
    model: type[Base],
    key: tuple[str, ...],
    measures: tuple[str, ...],
    rows: Mapping[tuple[Any, ...], Mapping[str, Any]],
) -> None:
    if not rows:
        return
    values = [{**dict(zip(key, row, strict=True)), **dict.fromkeys(measures, 0), **rows[row]} for row in sorted(rows)]
    table: Any = model.__table__
    insert_rows(connection, table, values, _addition(connection.dialect.name, table.name, key, measures))


@cache
def _addition(dialect: str, table: str, key: tuple[str, ...], measures: tuple[str, ...]) -> str:
    """What makes an INSERT add to the row that is there."""
    changes = [f"{measure} = {table}.{measure} + excluded.{measure}" for measure in measures]
    if measures == RECEIPT_MEASURES:
        later = "max" if dialect == "sqlite" else "greatest"
        changes.append(f"last_received_at = {later}({table}.last_received_at, excluded.last_received_at)")
    return f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {', '.join(changes)}"
