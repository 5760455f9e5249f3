"""Apply tallies to the totals, and read the totals back as tallies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect, Table
from sqlalchemy.orm import Session

from licence_server.domain.tally import ITEM_MEASURES, RECEIPT_MEASURES, USAGE_MEASURES, Tally
from licence_server.models import ItemTotal, ReceiptTotal, UsageTotal
from licence_server.models.base import Base
from licence_server.services.row_sets import RowSet, converted, insert_all

Owner = tuple[UUID, str]
"""Whose totals: organisation id and kit id."""

_Row = tuple[Any, ...]

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Receipt:
    """When a batch came, and the day that is."""

    at: datetime
    day: date


def apply(session: Session, tallies: Mapping[Owner, Tally], came: Mapping[Owner, Receipt]) -> None:
    """Add tallies to the totals. came: see `additions`."""
    connection = session.connection()
    insert_all(connection, additions(connection.dialect, tallies, came))


def additions(dialect: Dialect, tallies: Mapping[Owner, Tally], came: Mapping[Owner, Receipt]) -> list[RowSet]:
    """What adds tallies to the totals, rows in one fixed order so that two transactions cannot deadlock.

    came: when the newest reports of an owner did; without those that came earlier and are only now counted.
    """
    usage, items, receipts = list[_Row](), list[_Row](), list[_Row]()
    for owner in sorted(tallies):
        tally, newest = tallies[owner], came.get(owner)
        usage += _rows(owner, USAGE_MEASURES, tally.usage)
        items += _rows(owner, ITEM_MEASURES, tally.items)
        for row in _rows(owner, RECEIPT_MEASURES, tally.receipts):
            day = row[len(owner)]
            receipts.append((*row, newest.at if newest and newest.day == day else _NEVER))
    return [
        _addition(dialect, UsageTotal, ("day", *USAGE_MEASURES), usage),
        _addition(dialect, ItemTotal, ("item_id", "day", *ITEM_MEASURES), items),
        _addition(dialect, ReceiptTotal, ("day", *RECEIPT_MEASURES, "last_received_at"), receipts),
    ]


def read(rows: Iterable[Base], measures: tuple[str, ...]) -> dict[tuple[Any, ...], int]:
    """Totals as (primary key …, measure) to amount, without the zeros."""
    return {
        (*_key(row), measure): getattr(row, measure) for row in rows for measure in measures if getattr(row, measure)
    }


def _key(row: Base) -> tuple[Any, ...]:
    return tuple(getattr(row, column.name) for column in row.__table__.primary_key)


def _rows(owner: Owner, measures: tuple[str, ...], amounts: Mapping[Any, int]) -> list[_Row]:
    """The rows of one owner that amounts add up to, in the order of the rest of their key."""
    found: dict[_Row, list[int]] = {}
    for (*place, measure), amount in amounts.items():
        row = found.setdefault(tuple(place), [0] * len(measures))
        row[measures.index(measure)] = amount
    return [(*owner, *place, *found[place]) for place in sorted(found)]


def _addition(dialect: Dialect, model: type[Base], names: tuple[str, ...], rows: Sequence[_Row]) -> RowSet:
    """names: of the columns after those of the owner."""
    table: Any = model.__table__
    names = ("organisation_id", "kit_id", *names)
    return RowSet(table, names, {names: converted(dialect, table, names, rows)}, _on_conflict(dialect.name, table))


@cache
def _on_conflict(dialect: str, table: Table) -> str:
    """What makes an INSERT add to the row that is there."""
    later = "max" if dialect == "sqlite" else "greatest"
    changes = [
        f"{column.name} = {later}({table.name}.{column.name}, excluded.{column.name})"
        if column.name == "last_received_at"
        else f"{column.name} = {table.name}.{column.name} + excluded.{column.name}"
        for column in table.columns
        if not column.primary_key
    ]
    key = ", ".join(column.name for column in table.primary_key)
    return f"ON CONFLICT ({key}) DO UPDATE SET {', '.join(changes)}"
