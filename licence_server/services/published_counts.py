"""The months that are over, up to the one asked for, counted exactly: what the published form is made of.

Those before it are counted too, since it is published so that it is safe beside them, and none that came after it, so
that a later month can take nothing of an earlier one away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from licence_server.domain import dates
from licence_server.domain.errors import NotFound
from licence_server.domain.months import Month, PublishablePeriod, last_day, month_of, months_between, title
from licence_server.domain.period import Period
from licence_server.domain.published_months import FIELD, MonthCounts, Use
from licence_server.services import field_rows, figure_rows, play_rows
from licence_server.services.figure_rows import Counts
from licence_server.services.figures import NO_SECTOR
from licence_server.services.report_figures import Figures
from licence_server.services.runtime import Runtime

NOTHING_YET = NotFound("nothing_published_yet", "No month of this kit's use is over yet: there is nothing to publish.")


@dataclass(frozen=True)
class PublishedCounts:
    """months in order; counts and ratings run beside them."""

    months: list[Month]
    counts: list[MonthCounts]
    totals: list[Counts]


def published_counts(
    session: Session, runtime: Runtime, kit_id: str, now: datetime, chosen: PublishablePeriod
) -> PublishedCounts:
    """All months that are over, from the first to the chosen one. Raises NotFound before there is one, and for a month
    outside the trial."""
    timezone = runtime.timezone
    begin = field_rows.first_month(session, kit_id, timezone)
    this_month = month_of(dates.day_of(now, timezone))
    if begin is None or begin >= this_month:
        raise NOTHING_YET
    over = [month for month in months_between(begin, this_month) if month < this_month]
    if chosen.month is not None and chosen.month not in over:
        raise NotFound("month_unknown", f"{title(chosen.month)} is no month of this trial that is over.")
    months = [month for month in over if chosen.month is None or month <= chosen.month]
    period = Period(months[0], last_day(months[-1]))
    cells = figure_rows.by_sector_and_month(session, period, kit_id)
    sectors = _by_sector(months, cells, figure_rows.newcomers(session, kit_id))
    plays = play_rows.by_month(session, period, kit_id)
    items = {item for _, item, _ in plays}
    totals = [figure_rows.total(counts for (_, at), counts in cells.items() if at == month) for month in months]
    field = _field(Figures(session, runtime, period, kit_id, now), months)
    counted = [
        MonthCounts(
            sectors[month],
            {item: plays.get((kit_id, item, month), 0) for item in items},
            whole.feedback_count,
            field[number],
        )
        for number, (month, whole) in enumerate(zip(months, totals, strict=True))
    ]
    return PublishedCounts(months, counted, totals)


def _by_sector(
    months: Sequence[Month],
    cells: dict[tuple[str | None, date], Counts],
    newcomers: dict[tuple[str | None, Month], int],
) -> dict[Month, dict[str, Use]]:
    """Each month's use by sector. Organisations to date are those that are new, added up."""
    names = {name for name, _ in (*cells, *newcomers)}
    result: dict[Month, dict[str, Use]] = {month: {} for month in months}
    for name in names:
        to_date = 0
        for month in months:
            counts = cells.get((name, month), Counts())
            to_date += newcomers.get((name, month), 0)
            use = Use(counts.attendances, counts.sessions, counts.organisations, to_date)
            before = result[month].get(name or NO_SECTOR, Use())
            result[month][name or NO_SECTOR] = Use(*(a + b for a, b in zip(before, use, strict=True)))
    return result


def _field(figures: Figures, months: Sequence[Month]) -> list[dict[str, int]]:
    begun = field_rows.organisations_to_date(figures.session, months, figures.kit_id, figures.timezone)
    states = field_rows.states(figures, months, figures.timezone)
    result = []
    for number, state in enumerate(states):
        to_date = {name: begun[name][number] for name in FIELD[:2]}
        result.append({**to_date, "reporting": state.reporting, "silent": state.silent, "declined": state.declined})
    return result
