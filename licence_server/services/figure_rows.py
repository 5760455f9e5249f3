"""The totals by month, by week and by sector: one statement each, grouped in the database."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, Subquery, cast, distinct, extract, func, select
from sqlalchemy.orm import Session

from licence_server.domain.months import Month, months_between, split
from licence_server.domain.period import ALL_TIME, Period
from licence_server.domain.weeks import Week, week_of
from licence_server.models import ItemMonth, ItemTotal, KitItem, Organisation, UsageMonth, UsageTotal
from licence_server.services import period_rows

MEASURES = (
    "attendances",
    "workshop_sessions",
    "individual_sessions",
    "feedback_count",
    "rating_sum",
)


# The Monday before 1 January 1970, from which both databases count seconds.
_WEEK_0 = date(1969, 12, 29)


class Counts(NamedTuple):
    """What was counted. organisations: those with a session."""

    attendances: int = 0
    workshop_sessions: int = 0
    individual_sessions: int = 0
    feedback_count: int = 0
    rating_sum: int = 0
    organisations: int = 0

    @property
    def sessions(self) -> int:
        return self.workshop_sessions + self.individual_sessions

    @property
    def mean_rating(self) -> float | None:
        return round(self.rating_sum / self.feedback_count, 2) if self.feedback_count else None

    def plus(self, other: "Counts") -> "Counts":
        """Sums; of organisations too, which is right only where no organisation is in both."""
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))


def total(counts: Iterable[Counts]) -> Counts:
    """The sum over sectors: every organisation is in one."""
    result = Counts()
    for each in counts:
        result = result.plus(each)
    return result


def by_sector_and_month(session: Session, period: Period, kit_id: str | None) -> dict[tuple[str | None, Month], Counts]:
    """Each sector's months in which anything was counted."""
    rows = period_rows.usage(period, kit_id)
    return {(sector, month): counts for sector, month, counts in _by_sector(session, rows, rows.c.month)}


def by_sector_and_week(session: Session, period: Period, kit_id: str | None) -> dict[tuple[str | None, Week], Counts]:
    """Each sector's weeks in which anything was counted. For the team alone: nothing is published by week."""
    rows = _days(UsageTotal, MEASURES, period, kit_id)
    weeks = _by_sector(session, rows, _week_number(rows.c.day))
    return {(sector, _WEEK_0 + timedelta(weeks=int(week))): counts for sector, week, counts in weeks}


def reporting_by_sector(session: Session, period: Period, kit_id: str | None) -> dict[str | None, int]:
    """How many organisations of each sector have a session in the period: each once, however many months it used it."""
    rows = period_rows.usage(period, kit_id)
    reporting = select(rows.c.organisation_id).where(rows.c.workshop_sessions + rows.c.individual_sessions > 0)
    query = select(Organisation.sector, func.count()).where(Organisation.id.in_(reporting))
    return {sector: int(count) for sector, count in session.execute(query.group_by(Organisation.sector))}


def newcomers(session: Session, kit_id: str | None) -> dict[tuple[str | None, Month], int]:
    """How many organisations had their very first session in each month, by sector."""
    rows = period_rows.usage(ALL_TIME, kit_id)
    first = (
        select(rows.c.organisation_id, func.min(rows.c.month).label("month"))
        .where(rows.c.workshop_sessions + rows.c.individual_sessions > 0)
        .group_by(rows.c.organisation_id)
        .subquery()
    )
    query = (
        select(Organisation.sector, first.c.month, func.count())
        .join(Organisation, Organisation.id == first.c.organisation_id)
        .group_by(Organisation.sector, first.c.month)
    )
    return {(sector, month): int(count) for sector, month, count in session.execute(query)}


def months_of_use(session: Session, kit_id: str) -> list[Month]:
    """The months in which anything was counted, in order."""
    return sorted(session.scalars(select(UsageMonth.month).where(UsageMonth.kit_id == kit_id).distinct()))


def plays_by_month(session: Session, period: Period, kit_id: str | None) -> dict[tuple[str, str, Month], int]:
    """By kit, item and month: how often it was played."""
    parts = split(period)
    found: dict[tuple[str, str, Month], int] = {}
    for first, last in parts.ends:
        rows = period_rows.items(Period(first, last), kit_id)
        key = rows.c.kit_id, rows.c.item_id, rows.c.month
        query = select(*key, func.sum(rows.c.plays)).group_by(*key)
        found |= {(kit, item, month): int(plays) for kit, item, month, plays in session.execute(query)}
    months = _months_played(session, *parts.whole) if parts.whole is not None else []
    # An item and month at a time, by the key: these rows are the most, and to tell for each to which group it belongs
    # took longer than to add it.
    sums = (_of_item(func.sum(ItemMonth.plays), ItemMonth.month == month) for month in months)
    of_items = select(KitItem.kit_id, KitItem.item_id, *sums).where(*period_rows.of_kit(KitItem, kit_id))
    for kit, item, *of_months in session.execute(of_items):
        some = zip(months, of_months, strict=True)
        found |= {(kit, item, month): int(plays) for month, plays in some if plays is not None}
    return found


def _months_played(session: Session, first: Month | None, last: Month | None) -> list[Month]:
    """The months from the first to the last that lie between the first and the last in which anything was played."""
    ends = (func.min(_of_item(func.min(ItemMonth.month))), func.max(_of_item(func.max(ItemMonth.month))))
    begin, end = session.execute(select(*ends).select_from(KitItem)).one()
    if begin is None:
        return []
    return list(months_between(max(begin, first or begin), min(end, last or end)))


def _of_item(column: ColumnElement[Any], *conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    """One value of the months of a kit's item."""
    of_item = ItemMonth.kit_id == KitItem.kit_id, ItemMonth.item_id == KitItem.item_id
    return select(column).where(*of_item, *conditions).correlate(KitItem).scalar_subquery()


def plays_by_week(session: Session, period: Period, kit_id: str | None) -> dict[tuple[str, str, Week], int]:
    """By kit, item and week: how often it was played."""
    rows = _days(ItemTotal, ("plays",), period, kit_id)
    # By days first: there are few of them, and the weeks of all rows would be reckoned one by one.
    key = rows.c.kit_id, rows.c.item_id, rows.c.day
    found: dict[tuple[str, str, Week], int] = {}
    for kit, item, day, plays in session.execute(select(*key, func.sum(rows.c.plays)).group_by(*key)):
        week = week_of(day)
        found[kit, item, week] = found.get((kit, item, week), 0) + int(plays)
    return found


def plays_by_sector(session: Session, period: Period, kit_id: str | None) -> dict[tuple[str | None, str, str], int]:
    """By sector, kit and item: how often it was played."""
    rows = period_rows.items_undated(period, kit_id)
    query = (
        select(Organisation.sector, rows.c.kit_id, rows.c.item_id, func.sum(rows.c.plays))
        .join(Organisation, Organisation.id == rows.c.organisation_id)
        .group_by(Organisation.sector, rows.c.kit_id, rows.c.item_id)
    )
    return {(sector, kit, item): int(plays) for sector, kit, item, plays in session.execute(query)}


def _by_sector(session: Session, rows: Subquery, part: ColumnElement[Any]) -> list[tuple[Any, ...]]:
    """Rows (sector, part, Counts)."""
    sums = [func.sum(rows.c[measure]) for measure in MEASURES]
    with_session = rows.c.workshop_sessions + rows.c.individual_sessions > 0
    # Of several kits, or days at the ends of a period, an organisation can have several rows in a part.
    reporting = func.count(distinct(rows.c.organisation_id)).filter(with_session)
    query = (
        select(Organisation.sector, part.label("part"), *sums, reporting)
        .join(Organisation, Organisation.id == rows.c.organisation_id)
        .group_by("part", Organisation.sector)
    )
    return [(sector, value, Counts(*map(int, counts))) for sector, value, *counts in session.execute(query)]


def _days(model: Any, measures: Sequence[str], period: Period, kit_id: str | None) -> Subquery:
    """The days of a period: weeks do not add up to months."""
    key = (column for column in model.__table__.primary_key)
    query = select(*key, *(getattr(model, measure) for measure in measures))
    query = query.where(
        *period_rows.days_within(model.day, period.first, period.last), *period_rows.of_kit(model, kit_id)
    )
    return query.subquery()


def _week_number(day: Any) -> ColumnElement[int]:
    """Which week a day lies in, counted from `_WEEK_0`. Both databases divide whole numbers downwards."""
    days = cast(extract("epoch", day), BigInteger) // 86400
    return (days + 3) // 7
