"""What triggers add up of the totals by day (see models/usage_month.py): check it, and make it anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    cast,
    delete,
    func,
    insert,
    inspect,
    literal,
    literal_column,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from licence_server.domain.tally import ITEM_MEASURES, RECEIPT_MEASURES, USAGE_MEASURES
from licence_server.models import (
    ItemMonth,
    ItemOverall,
    ItemTotal,
    ReceiptMonth,
    ReceiptTotal,
    UsageMonth,
    UsageTotal,
)


@dataclass(frozen=True)
class _Sum:
    """rows: the model of what is added up. days: of what. latest: columns whose latest value counts."""

    rows: Any
    days: Any
    measures: tuple[str, ...]
    latest: tuple[str, ...] = ()

    @property
    def key(self) -> list[str]:
        return [column.name for column in self.rows.__table__.primary_key]

    def key_of_days(self, session: Session) -> list[ColumnElement[Any]]:
        return [_month(session, self.days.day) if name == "month" else getattr(self.days, name) for name in self.key]


_SUMS = (
    _Sum(UsageMonth, UsageTotal, USAGE_MEASURES),
    _Sum(ItemMonth, ItemTotal, ITEM_MEASURES),
    _Sum(ItemOverall, ItemTotal, ITEM_MEASURES),
    _Sum(ReceiptMonth, ReceiptTotal, RECEIPT_MEASURES, ("last_received_at",)),
)


def faults(session: Session) -> Iterator[str]:
    """What does not agree, in words. The database compares: days can be millions, differences should be none."""
    for each in _SUMS:
        names = each.key
        nothing = [literal(0).label(f"by_day_{measure}") for measure in each.measures]
        kept = select(*(getattr(each.rows, name) for name in (*names, *each.measures)), *nothing)
        days = (getattr(each.days, measure) for measure in each.measures)
        found = select(*each.key_of_days(session), *nothing, *days)
        rows = union_all(kept, found).subquery()
        pairs = [(func.sum(rows.c[measure]), func.sum(rows.c[f"by_day_{measure}"])) for measure in each.measures]
        query = (
            select(*(rows.c[name] for name in names), *(amount for pair in pairs for amount in pair))
            .group_by(*(rows.c[name] for name in names))
            .having(or_(*(one != other for one, other in pairs)))
            .order_by(*(rows.c[name] for name in names))
        )
        for row in session.execute(query):
            of, amounts = " ".join(map(str, row[: len(names)])), row[len(names) :]
            for measure, one, other in zip(each.measures, amounts[::2], amounts[1::2], strict=True):
                if one != other:
                    yield f"{each.rows.__tablename__} {of} {measure}: {one}, its days {other}"


@contextmanager
def added_up_at_the_end(session: Session) -> Iterator[None]:
    """For a block that writes a great many days into empty tables of a schema of this or of an earlier release.

    One by one every day would leave dead rows of its month behind, which PostgreSQL cannot clear away before the end.
    """
    tables = {str(each.days.__tablename__) for each in _SUMS}
    if session.get_bind().dialect.name == "sqlite" or not inspect(session.connection()).has_table("usage_month"):
        yield
        return
    for table in tables:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_sums"))
    yield
    _add_up(session)
    for table in tables:
        session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER {table}_sums"))


def _add_up(session: Session) -> None:
    for each in _SUMS:
        amounts: list[Any] = [func.sum(getattr(each.days, name)) for name in each.measures]
        amounts += [func.max(getattr(each.days, name)) for name in each.latest]
        key = each.key_of_days(session)
        session.execute(delete(each.rows))
        names = [*each.key, *each.measures, *each.latest]
        session.execute(insert(each.rows).from_select(names, select(*key, *amounts).group_by(*key)))


def _month(session: Session, day: Any) -> ColumnElement[date]:
    if session.get_bind().dialect.name == "sqlite":
        return func.date(day, "start of month", type_=Date)
    return cast(func.date_trunc(literal_column("'month'"), day), Date)
