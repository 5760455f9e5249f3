"""How often films and documents were played, over time and by sector, added up from the totals."""

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import Session

from licence_server.domain.months import Month, months_between, split
from licence_server.domain.period import Period
from licence_server.domain.weeks import Week, week_of
from licence_server.models import ItemMonth, ItemTotal, KitItem, Organisation
from licence_server.services import period_rows
from licence_server.services.written_once import Statement, written_once


def by_month(session: Session, period: Period, kit_id: str | None) -> dict[tuple[str, str, Month], int]:
    """By kit, item and month."""
    if session.get_bind().dialect.name != "sqlite":
        return _grouped(session, period, kit_id)
    parts = split(period)
    found = _of_months(session, *parts.whole, kit_id) if parts.whole is not None else {}
    for end in parts.ends:
        found |= _grouped(session, Period(*end), kit_id)
    return found


def _grouped(session: Session, period: Period, kit_id: str | None) -> dict[tuple[str, str, Month], int]:
    rows = session.execute(_by_item_and_month(period, kit_id))
    return {(kit, item, month): int(plays) for kit, item, month, plays in rows}


@written_once
def _by_item_and_month(period: Period, kit_id: str | None) -> Statement:
    rows = period_rows.items(period, kit_id)
    key = rows.c.kit_id, rows.c.item_id, rows.c.month
    return select(*key, func.sum(rows.c.plays)).group_by(*key)


def _of_months(
    session: Session, first: Month | None, last: Month | None, kit_id: str | None
) -> dict[tuple[str, str, Month], int]:
    """The same of whole months, an item and month at a time by the key. There are more of these rows than of any
    other, and SQLite takes longer to tell of each to which group it belongs than to add it."""
    months = _months_played(session, first, last)
    return {
        (kit, item, month): int(plays)
        for kit, item, *amounts in session.execute(_by_item(months, kit_id))
        for month, plays in zip(months, amounts, strict=True)
        if plays is not None
    }


@written_once
def _by_item(months: tuple[Month, ...], kit_id: str | None) -> Statement:
    """A column for each of the months."""
    sums = (_of_item(func.sum(ItemMonth.plays), ItemMonth.month == month) for month in months)
    return select(KitItem.kit_id, KitItem.item_id, *sums).where(*period_rows.of_kit(KitItem, kit_id))


def _months_played(session: Session, first: Month | None, last: Month | None) -> tuple[Month, ...]:
    """The months from the first to the last that lie between the first and the last in which anything was played."""
    begin, end = session.execute(_first_and_last_month()).one()
    if begin is None:
        return ()
    return tuple(months_between(max(begin, first or begin), min(end, last or end)))


@written_once
def _first_and_last_month() -> Statement:
    ends = (func.min(_of_item(func.min(ItemMonth.month))), func.max(_of_item(func.max(ItemMonth.month))))
    return select(*ends).select_from(KitItem)


def _of_item(column: ColumnElement[Any], *conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    """One value of the months of a kit's item."""
    of_item = ItemMonth.kit_id == KitItem.kit_id, ItemMonth.item_id == KitItem.item_id
    return select(column).where(*of_item, *conditions).correlate(KitItem).scalar_subquery()


def by_week(session: Session, period: Period, kit_id: str | None) -> dict[tuple[str, str, Week], int]:
    """By kit, item and week. For the team alone: nothing is published by week."""
    found: dict[tuple[str, str, Week], int] = {}
    # By days first: there are few of them, and the weeks of all rows would be reckoned one by one.
    for kit, item, day, plays in session.execute(_by_item_and_day(period, kit_id)):
        week = week_of(day)
        found[kit, item, week] = found.get((kit, item, week), 0) + int(plays)
    return found


@written_once
def _by_item_and_day(period: Period, kit_id: str | None) -> Statement:
    rows = period_rows.by_day(ItemTotal, ("plays",), period, kit_id)
    key = rows.c.kit_id, rows.c.item_id, rows.c.day
    return select(*key, func.sum(rows.c.plays)).group_by(*key)


def by_sector(session: Session, period: Period, kit_id: str | None) -> dict[tuple[str | None, str, str], int]:
    """By sector, kit and item."""
    rows = session.execute(_by_sector_and_item(period, kit_id))
    return {(sector, kit, item): int(plays) for sector, kit, item, plays in rows}


@written_once
def _by_sector_and_item(period: Period, kit_id: str | None) -> Statement:
    rows = period_rows.items_undated(period, kit_id)
    return (
        select(Organisation.sector, rows.c.kit_id, rows.c.item_id, func.sum(rows.c.plays))
        .join(Organisation, Organisation.id == rows.c.organisation_id)
        .group_by(Organisation.sector, rows.c.kit_id, rows.c.item_id)
    )
