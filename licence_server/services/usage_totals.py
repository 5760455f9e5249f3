"""Apply tallies to the totals, and read the totals back as tallies."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from licence_server.database import Base, insert_into
from licence_server.domain.tally import ITEM_MEASURES, RECEIPT_MEASURES, USAGE_MEASURES, Tally
from licence_server.models import ItemTotal, ReceiptTotal, UsageTotal

Owner = tuple[UUID, str]
"""Whose totals: organisation id and kit id."""

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Receipt:
    """When a batch came, and the day that is."""

    at: datetime
    day: date


def apply(session: Session, tallies: Mapping[Owner, Tally], receipt: Receipt | None) -> None:
    """Add tallies to the totals, rows in one fixed order so that two transactions cannot deadlock.

    receipt: of the reports; None where they came earlier and are only now counted.
    """
    usage: dict[tuple[Any, ...], dict[str, int]] = defaultdict(dict)
    items: dict[tuple[Any, ...], dict[str, int]] = defaultdict(dict)
    receipts: dict[tuple[Any, ...], dict[str, int]] = defaultdict(dict)
    for owner, tally in tallies.items():
        for (day, measure), amount in tally.usage.items():
            usage[*owner, day][measure] = amount
        for (item_id, day, measure), amount in tally.items.items():
            items[*owner, item_id, day][measure] = amount
        for (day, measure), amount in tally.receipts.items():
            receipts[*owner, day][measure] = amount
    _add(session, UsageTotal, ("organisation_id", "kit_id", "day"), USAGE_MEASURES, usage)
    _add(session, ItemTotal, ("organisation_id", "kit_id", "item_id", "day"), ITEM_MEASURES, items)
    _add(
        session,
        ReceiptTotal,
        ("organisation_id", "kit_id", "day"),
        RECEIPT_MEASURES,
        receipts,
        receipt,
    )


def read(rows: Iterable[Base], measures: tuple[str, ...]) -> dict[tuple[Any, ...], int]:
    """Totals as (primary key …, measure) to amount, without the zeros."""
    return {
        (*_key(row), measure): getattr(row, measure) for row in rows for measure in measures if getattr(row, measure)
    }


def _key(row: Base) -> tuple[Any, ...]:
    return tuple(getattr(row, column.name) for column in row.__table__.primary_key)


def _add(
    session: Session,
    model: type[Base],
    key: tuple[str, ...],
    measures: tuple[str, ...],
    rows: Mapping[tuple[Any, ...], Mapping[str, int]],
    receipt: Receipt | None = None,
) -> None:
    if not rows:
        return
    values = [
        {**dict(zip(key, row, strict=True)), **dict.fromkeys(measures, 0), **rows[row]} for row in sorted(rows, key=str)
    ]
    if model is ReceiptTotal:
        for value in values:
            value["last_received_at"] = receipt.at if receipt and receipt.day == value["day"] else _NEVER
    session.execute(_addition(session.get_bind().dialect.name, model, key, measures), values)


@cache
def _addition(dialect: str, model: type[Base], key: tuple[str, ...], measures: tuple[str, ...]) -> Any:
    """The statement that adds; the same for every batch, so that it is written once."""
    table: Any = model.__table__
    statement = insert_into(dialect, table)
    changes = {measure: table.c[measure] + statement.excluded[measure] for measure in measures}
    if model is ReceiptTotal:
        later = func.max if dialect == "sqlite" else func.greatest
        changes["last_received_at"] = later(table.c["last_received_at"], statement.excluded["last_received_at"])
    return statement.on_conflict_do_update(index_elements=list(key), set_=changes)
