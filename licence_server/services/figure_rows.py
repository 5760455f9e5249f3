"""Use by month, by week and by sector: one statement each, grouped in the database."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Subquery, cast, extract, func, select
from sqlalchemy.orm import Session

from licence_server.domain.months import Month, split
from licence_server.domain.period import ALL_TIME, Period
from licence_server.domain.weeks import Week
from licence_server.models import Kit, Organisation, UsageMonth, UsageTotal
from licence_server.services import period_rows
from licence_server.services.written_once import Statement, written_once

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
    query = _by_sector_and_month(period, kit_id, _is_once(session, period, kit_id))
    return {(sector, month): counts for sector, month, counts in _counted(session, query)}


def by_sector_and_week(session: Session, period: Period, kit_id: str | None) -> dict[tuple[str | None, Week], Counts]:
    """Each sector's weeks in which anything was counted. For the team alone: nothing is published by week."""
    weeks = _counted(session, _by_sector_and_week(period, kit_id))
    return {(sector, _WEEK_0 + timedelta(weeks=int(week))): counts for sector, week, counts in weeks}


def reporting_by_sector(session: Session, period: Period, kit_id: str | None) -> dict[str | None, int]:
    """How many organisations of each sector have a session in the period: each once, however many months it used it."""
    return {sector: int(count) for sector, count in session.execute(_reporting_by_sector(period, kit_id))}


def newcomers(session: Session, kit_id: str | None) -> dict[tuple[str | None, Month], int]:
    """How many organisations had their very first session in each month, by sector."""
    return {(sector, month): int(count) for sector, month, count in session.execute(_newcomers(kit_id))}


def months_of_use(session: Session, kit_id: str) -> list[Month]:
    """The months in which anything was counted, in order."""
    return sorted(session.scalars(select(UsageMonth.month).where(UsageMonth.kit_id == kit_id).distinct()))


def _counted(session: Session, query: Statement) -> list[tuple[Any, Any, Counts]]:
    """Of rows of `_by_sector` the sector, the part and what was counted."""
    return [(sector, value, Counts(*map(int, counts))) for sector, value, *counts in session.execute(query)]


@written_once
def _by_sector_and_month(period: Period, kit_id: str | None, once: bool) -> Statement:
    rows = period_rows.usage(period, kit_id)
    return _by_sector(rows, rows.c.month, once)


@written_once
def _by_sector_and_week(period: Period, kit_id: str | None) -> Statement:
    rows = period_rows.by_day(UsageTotal, MEASURES, period, kit_id)
    return _by_sector(rows, _week_number(rows.c.day), once=False)


@written_once
def _reporting_by_sector(period: Period, kit_id: str | None) -> Statement:
    reporting = period_rows.reporting(period, kit_id).subquery()
    query = select(Organisation.sector, func.count()).join(reporting, reporting.c.organisation_id == Organisation.id)
    return query.group_by(Organisation.sector)


@written_once
def _newcomers(kit_id: str | None) -> Statement:
    rows = period_rows.usage(ALL_TIME, kit_id)
    first = (
        select(rows.c.organisation_id, func.min(rows.c.month).label("month"))
        .where(rows.c.workshop_sessions + rows.c.individual_sessions > 0)
        .group_by(rows.c.organisation_id)
        .subquery()
    )
    return (
        select(Organisation.sector, first.c.month, func.count())
        .join(Organisation, Organisation.id == first.c.organisation_id)
        .group_by(Organisation.sector, first.c.month)
    )


def _by_sector(rows: Subquery, part: ColumnElement[Any], once: bool) -> Statement:
    """Columns: sector, part, and those of `Counts`.

    once: whether an organisation has one row of a part; else its rows are added up first, so that it counts once.
    """
    key, added = rows.c.organisation_id, rows
    if not once:
        sums = (func.sum(rows.c[measure]).label(measure) for measure in MEASURES)
        added = select(key, part.label("part"), *sums).group_by(key, "part").subquery()
        part = added.c.part
    totals = (func.sum(added.c[measure]) for measure in MEASURES)
    reporting = func.count().filter(added.c.workshop_sessions + added.c.individual_sessions > 0)
    return (
        select(Organisation.sector, part.label("part"), *totals, reporting)
        .join(Organisation, Organisation.id == added.c.organisation_id)
        .group_by("part", Organisation.sector)
    )


def _is_once(session: Session, period: Period, kit_id: str | None) -> bool:
    """Whether an organisation has one row of a month: of one kit, and not of single days."""
    one_kit = kit_id is not None or session.scalar(select(func.count()).select_from(Kit)) == 1
    return one_kit and not split(period).ends


def _week_number(day: Any) -> ColumnElement[int]:
    """Which week a day lies in, counted from `_WEEK_0`. Both databases divide whole numbers downwards."""
    days = cast(extract("epoch", day), BigInteger) // 86400
    return (days + 3) // 7
