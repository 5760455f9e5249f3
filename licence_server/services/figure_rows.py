"""The totals by month, by week and by sector: one statement each, grouped in the database."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    extract,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import Session

from licence_server.domain.months import Month, last_day, month_of
from licence_server.domain.period import Period
from licence_server.domain.weeks import Week
from licence_server.models import ItemTotal, Organisation, UsageTotal
from licence_server.services.report_figures import days_within

MEASURES = (
    "attendances",
    "workshop_sessions",
    "individual_sessions",
    "session_seconds",
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
    session_seconds: int = 0
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
    year, month = extract("year", UsageTotal.day), extract("month", UsageTotal.day)
    rows = _by_sector(session, _of(period, kit_id), {"year": year, "month": month})
    return {(sector, date(int(year), int(month), 1)): counts for (sector, year, month), counts in rows}


def by_sector_and_week(session: Session, period: Period, kit_id: str | None) -> dict[tuple[str | None, Week], Counts]:
    """Each sector's weeks in which anything was counted. For the team alone: nothing is published by week."""
    rows = _by_sector(session, _of(period, kit_id), {"week": _week_number(UsageTotal.day)})
    return {(sector, _WEEK_0 + timedelta(weeks=int(week))): counts for (sector, week), counts in rows}


def by_sector(session: Session, period: Period, kit_id: str | None) -> dict[str | None, Counts]:
    """Each sector over the whole period; an organisation counts once, however many months it used the kit."""
    return {sector: counts for (sector,), counts in _by_sector(session, _of(period, kit_id), {})}


def newcomers(session: Session, kit_id: str | None) -> dict[tuple[str | None, Month], int]:
    """How many organisations had their very first session in each month, by sector."""
    first = (
        select(UsageTotal.organisation_id, func.min(UsageTotal.day).label("day"))
        .where(_has_session(), *_of(Period(), kit_id))
        .group_by(UsageTotal.organisation_id)
        .subquery()
    )
    query = (
        select(Organisation.sector, first.c.day, func.count())
        .join(Organisation, Organisation.id == first.c.organisation_id)
        .group_by(Organisation.sector, first.c.day)
    )
    found: dict[tuple[str | None, Month], int] = {}
    for sector, day, count in session.execute(query):
        key = sector, month_of(day)
        found[key] = found.get(key, 0) + int(count)
    return found


def months_of_use(session: Session, kit_id: str) -> list[Month]:
    """The months in which anything was counted, in order."""
    year, month = extract("year", UsageTotal.day), extract("month", UsageTotal.day)
    query = select(year, month).where(UsageTotal.kit_id == kit_id).distinct()
    return sorted(date(int(year), int(month), 1) for year, month in session.execute(query))


def plays_by_month(session: Session, months: Sequence[Month], kit_id: str) -> dict[tuple[str, Month], int]:
    """How often each item was played in each of some months."""
    query = select(ItemTotal.item_id, *_plays_in([(month, last_day(month)) for month in months]))
    rows: Any = session.execute(query.where(ItemTotal.kit_id == kit_id).group_by(ItemTotal.item_id))
    return {(item, month): int(plays) for item, *counts in rows for month, plays in zip(months, counts, strict=True)}


def plays_by_sector(
    session: Session, steps: Sequence[tuple[date, date]], kit_id: str | None
) -> dict[tuple[str | None, str, str], list[int]]:
    """By sector, kit and item: how often it was played in each step, from its first day to its last."""
    if not steps:
        return {}
    query: Any = (
        select(Organisation.sector, ItemTotal.kit_id, ItemTotal.item_id, *_plays_in(steps))
        .join(Organisation, Organisation.id == ItemTotal.organisation_id)
        .where(ItemTotal.day.between(steps[0][0], steps[-1][1]))
        .group_by(Organisation.sector, ItemTotal.kit_id, ItemTotal.item_id)
    )
    if kit_id is not None:
        query = query.where(ItemTotal.kit_id == kit_id)
    return {
        (sector, kit, item): [int(count) for count in counts] for sector, kit, item, *counts in session.execute(query)
    }


def _plays_in(steps: Sequence[tuple[date, date]]) -> list[ColumnElement[Any]]:
    """One sum a step: grouping by days would sort a row for every film that an organisation saw in a day."""
    return [func.sum(case((ItemTotal.day.between(first, last), ItemTotal.plays), else_=0)) for first, last in steps]


def _by_sector(
    session: Session, conditions: list[ColumnElement[bool]], parts: dict[str, Any]
) -> list[tuple[tuple[Any, ...], Counts]]:
    """Sum within each organisation first, so that an organisation counts once; then over each sector."""
    labelled = [part.label(name) for name, part in parts.items()]
    inner = (
        select(UsageTotal.organisation_id, *labelled, *_sums())
        .where(*conditions)
        .group_by(UsageTotal.organisation_id, *parts.values())
        .subquery()
    )
    columns = [inner.c[name] for name in parts]
    sums = [func.sum(inner.c[measure]) for measure in MEASURES]
    reporting = func.sum(case((inner.c.workshop_sessions + inner.c.individual_sessions > 0, 1), else_=0))
    query: Select[Any] = (
        select(Organisation.sector, *columns, *sums, reporting)
        .join(Organisation, Organisation.id == inner.c.organisation_id)
        .group_by(Organisation.sector, *columns)
    )
    width = 1 + len(parts)
    return [(tuple(row[:width]), Counts(*map(int, row[width:]))) for row in session.execute(query)]


def _week_number(day: Any) -> ColumnElement[int]:
    """Which week a day lies in, counted from `_WEEK_0`. Both databases divide whole numbers downwards."""
    # The numbers stand in the statement: PostgreSQL would not know the expression again with parameters in it.
    days = cast(extract("epoch", day), BigInteger) // literal_column("86400", BigInteger)
    return (days + literal_column("3", BigInteger)) // literal_column("7", BigInteger)


def _sums() -> list[ColumnElement[Any]]:
    return [func.sum(getattr(UsageTotal, measure)).label(measure) for measure in MEASURES]


def _has_session() -> ColumnElement[bool]:
    return UsageTotal.workshop_sessions + UsageTotal.individual_sessions > 0


def _of(period: Period, kit_id: str | None) -> list[ColumnElement[bool]]:
    conditions = days_within(UsageTotal.day, period)
    return [and_(*conditions, UsageTotal.kit_id == kit_id)] if kit_id is not None else conditions
