"""Apply tallies to the totals, and read the totals back as tallies."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect, Table
from sqlalchemy.orm import Session

from licence_server.database import Base
from licence_server.domain.tally import ITEM_MEASURES, RECEIPT_MEASURES, USAGE_MEASURES, Tally
from licence_server.models import ItemTotal, ReceiptTotal, UsageTotal
from licence_server.services.row_sets import RowSet, insert_all, row_set

Owner = tuple[UUID, str]
"""Whose totals: organisation id and kit id."""

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
    usage: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    receipts: list[dict[str, Any]] = []
    for owner in sorted(tallies):
        tally, newest = tallies[owner], came.get(owner)
        usage += _rows(owner, ("day",), USAGE_MEASURES, tally.usage)
        items += _rows(owner, ("item_id", "day"), ITEM_MEASURES, tally.items)
        for row in _rows(owner, ("day",), RECEIPT_MEASURES, tally.receipts):
            row["last_received_at"] = newest.at if newest and newest.day == row["day"] else _NEVER
            receipts.append(row)
    return [
        _addition(dialect, UsageTotal, USAGE_MEASURES, usage),
        _addition(dialect, ItemTotal, ITEM_MEASURES, items),
        _addition(dialect, ReceiptTotal, RECEIPT_MEASURES, receipts),
    ]


def read(rows: Iterable[Base], measures: tuple[str, ...]) -> dict[tuple[Any, ...], int]:
    """Totals as (primary key …, measure) to amount, without the zeros."""
    return {
        (*_key(row), measure): getattr(row, measure) for row in rows for measure in measures if getattr(row, measure)
    }


def _key(row: Base) -> tuple[Any, ...]:
    return tuple(getattr(row, column.name) for column in row.__table__.primary_key)


def _rows(
    owner: Owner, key: tuple[str, ...], measures: tuple[str, ...], amounts: Mapping[Any, int]
) -> Iterator[dict[str, Any]]:
    """The rows of one owner that amounts add up to, in the order of the rest of their key."""
    found: dict[tuple[Any, ...], dict[str, int]] = {}
    for place, amount in amounts.items():
        found.setdefault(place[:-1], dict.fromkeys(measures, 0))[place[-1]] = amount
    organisation_id, kit_id = owner
    for place in sorted(found):
        rest = zip(key, place, strict=True)
        yield {"organisation_id": organisation_id, "kit_id": kit_id, **dict(rest), **found[place]}


def _addition(
    dialect: Dialect, model: type[Base], measures: tuple[str, ...], rows: Sequence[Mapping[str, Any]]
) -> RowSet:
    table: Any = model.__table__
    return row_set(dialect, table, rows, _on_conflict(dialect.name, table, measures))


@cache
def _on_conflict(dialect: str, table: Table, measures: tuple[str, ...]) -> str:
    """What makes an INSERT add to the row that is there."""
    changes = [f"{measure} = {table.name}.{measure} + excluded.{measure}" for measure in measures]
    if measures == RECEIPT_MEASURES:
        later = "max" if dialect == "sqlite" else "greatest"
        changes.append(f"last_received_at = {later}({table.name}.last_received_at, excluded.last_received_at)")
    key = ", ".join(column.name for column in table.primary_key)
    return f"ON CONFLICT ({key}) DO UPDATE SET {', '.join(changes)}"
