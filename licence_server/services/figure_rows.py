"""The totals by month, by week and by sector: one statement each, grouped in the database."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, Subquery, cast, extract, func, select
from sqlalchemy.orm import Session

from licence_server.domain.months import Month, months_between, split
from licence_server.domain.period import ALL_TIME, Period
from licence_server.domain.weeks import Week, week_of
from licence_server.models import ItemMonth, ItemTotal, Kit, KitItem, Organisation, UsageMonth, UsageTotal
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
    found = _by_sector(session, rows, rows.c.month, _is_once(session, period, kit_id))
    return {(sector, month): counts for sector, month, counts in found}


def by_sector_and_week(session: Session, period: Period, kit_id: str | None) -> dict[tuple[str | None, Week], Counts]:
    """Each sector's weeks in which anything was counted. For the team alone: nothing is published by week."""
    rows = _days(UsageTotal, MEASURES, period, kit_id)
    weeks = _by_sector(session, rows, _week_number(rows.c.day), once=False)
    return {(sector, _WEEK_0 + timedelta(weeks=int(week))): counts for sector, week, counts in weeks}


def reporting_by_sector(session: Session, period: Period, kit_id: str | None) -> dict[str | None, int]:
    """How many organisations of each sector have a session in the period: each once, however many months it used it."""
    reporting = period_rows.reporting(period, kit_id).subquery()
    query = select(Organisation.sector, func.count()).join(reporting, reporting.c.organisation_id == Organisation.id)
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
    if session.get_bind().dialect.name != "sqlite":
        return _plays_grouped(session, period, kit_id)
    parts = split(period)
    found = _plays_of_months(session, *parts.whole, kit_id) if parts.whole is not None else {}
    for end in parts.ends:
        found |= _plays_grouped(session, Period(*end), kit_id)
    return found


def _plays_grouped(session: Session, period: Period, kit_id: str | None) -> dict[tuple[str, str, Month], int]:
    rows = period_rows.items(period, kit_id)
    key = rows.c.kit_id, rows.c.item_id, rows.c.month
    query = select(*key, func.sum(rows.c.plays)).group_by(*key)
    return {(kit, item, month): int(plays) for kit, item, month, plays in session.execute(query)}


def _plays_of_months(
    session: Session, first: Month | None, last: Month | None, kit_id: str | None
) -> dict[tuple[str, str, Month], int]:
    """The same of whole months, an item and month at a time by the key. There are more of these rows than of any
    other, and SQLite takes longer to tell of each to which group it belongs than to add it."""
    months = _months_played(session, first, last)
    sums = (_of_item(func.sum(ItemMonth.plays), ItemMonth.month == month) for month in months)
    query = select(KitItem.kit_id, KitItem.item_id, *sums).where(*period_rows.of_kit(KitItem, kit_id))
    return {
        (kit, item, month): int(plays)
        for kit, item, *of_months in session.execute(query)
        for month, plays in zip(months, of_months, strict=True)
        if plays is not None
    }


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


def _by_sector(session: Session, rows: Subquery, part: ColumnElement[Any], once: bool) -> list[tuple[Any, ...]]:
    """Rows (sector, part, Counts). once: whether an organisation has one row of a part; else its rows are added up
    first, so that it counts once."""
    key, added = rows.c.organisation_id, rows
    if not once:
        sums = (func.sum(rows.c[measure]).label(measure) for measure in MEASURES)
        added = select(key, part.label("part"), *sums).group_by(key, "part").subquery()
        part = added.c.part
    totals = (func.sum(added.c[measure]) for measure in MEASURES)
    reporting = func.count().filter(added.c.workshop_sessions + added.c.individual_sessions > 0)
    query = (
        select(Organisation.sector, part.label("part"), *totals, reporting)
        .join(Organisation, Organisation.id == added.c.organisation_id)
        .group_by("part", Organisation.sector)
    )
    return [(sector, value, Counts(*map(int, counts))) for sector, value, *counts in session.execute(query)]


def _is_once(session: Session, period: Period, kit_id: str | None) -> bool:
    """Whether an organisation has one row of a month: of one kit, and not of single days."""
    one_kit = kit_id is not None or session.scalar(select(func.count()).select_from(Kit)) == 1
    return one_kit and not split(period).ends


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
