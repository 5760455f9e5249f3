"""Figures over time and by sector, each with what it does not know.

Everything comes from the totals; one snapshot, so that the parts agree with each other and with the report.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from licence_server.domain.dates import day_of
from licence_server.domain.errors import Invalid, not_found
from licence_server.domain.estimate import Range, range_of
from licence_server.domain.months import last_day, month_of, months_between
from licence_server.domain.period import Period
from licence_server.models import Kit
from licence_server.services import field_rows, figure_rows
from licence_server.services.field_rows import Field
from licence_server.services.figure_rows import Counts
from licence_server.services.report_figures import Figures
from licence_server.services.reporting_time import reporters, standings
from licence_server.services.runtime import Runtime

NO_SECTOR = "Sector not given"
MAX_DAYS = 92


@dataclass(frozen=True)
class Step:
    """One month or one day of a series. activations: installations that were activated in it."""

    first: date
    last: date
    counts: Counts
    activations: int


@dataclass(frozen=True)
class Sector:
    """One sector. name: None where an organisation has none."""

    name: str | None
    counts: Counts
    field: Field

    @property
    def title(self) -> str:
        return self.name or NO_SECTOR


@dataclass(frozen=True)
class FigureSet:
    """All of it. document: the report of the contract, with its coverage; today: when it was counted."""

    today: date
    document: dict[str, Any]
    months: list[Step]
    sectors: list[Sector]
    cells: dict[tuple[str | None, date], Counts]
    range: Range


def figures(runtime: Runtime, period: Period, *, now: datetime, kit_id: str | None = None) -> FigureSet:
    """The report with its months, its sectors and the range. Raises NotFound for an unknown kit."""
    with runtime.database.snapshot() as session:
        if kit_id is not None and session.get(Kit, kit_id) is None:
            raise not_found("kit", kit_id)
        report = Figures(session, runtime, period, kit_id, now)
        cells = figure_rows.by_sector_and_month(session, period, kit_id)
        use = figure_rows.by_sector(session, period, kit_id)
        standing = standings(report)
        field = field_rows.by_sector(standing)
        # By title: "" and no sector at all are the same to a reader.
        names = sorted({*use, *field}, key=lambda name: (not name, (name or "").casefold()))
        start = field_rows.first_day(session, kit_id, runtime.timezone)
        months = _months(report, cells, start)
        return FigureSet(
            day_of(now, runtime.timezone),
            report.document(),
            months,
            [Sector(name, use.get(name, Counts()), field.get(name, Field())) for name in names],
            cells,
            range_of(reporters(report, standing)),
        )


def days(runtime: Runtime, period: Period, *, kit_id: str | None = None) -> list[tuple[date, Counts]]:
    """Every day of a closed period of up to 92 days. Raises Invalid for a longer one."""
    first, last = period.first, period.last
    if first is None or last is None or (last - first).days >= MAX_DAYS:
        raise Invalid("period_invalid", f"A series by day has both ends, and at most {MAX_DAYS} days.")
    with runtime.database.snapshot() as session:
        counted = figure_rows.by_day(session, period, kit_id)
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [(day, counted.get(day, Counts())) for day in every]


def _months(report: Figures, cells: dict[tuple[str | None, date], Counts], start: date | None) -> list[Step]:
    """Every month of the period in which there was anything to count, those without use too."""
    counted = [month for _, month in cells]
    today = month_of(report.now.date())
    begin = [day for day in (report.period.first, start) if day is not None]
    end = month_of(report.period.last) if report.period.last is not None else today
    if start is None:
        return []
    every = list(months_between(month_of(max(begin)), max([min(end, today), *counted])))
    every = sorted({*every, *counted})
    activations = field_rows.activations_by_month(report.session, every, report.kit_id, report.timezone)
    return [
        Step(
            max(month, report.period.first or month),
            min(last_day(month), report.period.last or last_day(month)),
            figure_rows.total(counts for (_, at), counts in cells.items() if at == month),
            activations[month],
        )
        for month in every
    ]
