"""Figures over time and by sector, each with what it does not know.

Everything comes from the totals; one snapshot, so that the parts agree with each other and with the report.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from licence_server.domain.dates import day_of
from licence_server.domain.errors import not_found
from licence_server.domain.estimate import Range, range_of
from licence_server.domain.period import Period
from licence_server.domain.series import By
from licence_server.models import Kit, KitItem
from licence_server.services import field_rows, figure_rows, play_rows
from licence_server.services.field_rows import Field
from licence_server.services.figure_rows import Counts
from licence_server.services.report_figures import Figures
from licence_server.services.reporting_time import reporters, standings
from licence_server.services.runtime import Runtime

NO_SECTOR = "Sector not given"


@dataclass(frozen=True)
class Step:
    """A month or a week, as much of it as lies in the period. activations: installations that were activated in it."""

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
class Film:
    """A film or document of a kit. in_steps: its plays in each step. of_sectors: in each sector that played it."""

    kit_id: str
    kit_name: str
    item_id: str
    title: str
    in_steps: list[int]
    of_sectors: dict[str | None, int]


@dataclass(frozen=True)
class FigureSet:
    """All of it. document: the report of the contract, with its coverage; today: when it was counted.

    cells: by sector and the first day of a whole month or week. films: in the order of their kits.
    """

    today: date
    document: dict[str, Any]
    by: By
    steps: list[Step]
    sectors: list[Sector]
    cells: dict[tuple[str | None, date], Counts]
    films: list[Film]
    range: Range


def figures(
    runtime: Runtime, period: Period, *, now: datetime, kit_id: str | None = None, by: By = By.MONTH
) -> FigureSet:
    """The report with its months or weeks, its sectors and the range. Raises NotFound for an unknown kit."""
    with runtime.database.snapshot() as session:
        if kit_id is not None and session.get(Kit, kit_id) is None:
            raise not_found("kit", kit_id)
        report = Figures(session, runtime, period, kit_id, now)
        count = figure_rows.by_sector_and_week if by is By.WEEK else figure_rows.by_sector_and_month
        cells = count(session, period, kit_id)
        use = _use(cells, figure_rows.reporting_by_sector(session, period, kit_id))
        standing = standings(report)
        field = field_rows.by_sector(standing)
        # By title: "" and no sector at all are the same to a reader.
        names = sorted({*use, *field}, key=lambda name: (not name, (name or "").casefold()))
        begun = field_rows.first_day if by is By.WEEK else field_rows.first_month
        start = begun(session, kit_id, runtime.timezone)
        today = day_of(now, runtime.timezone)
        steps = _steps(report, by, cells, start, today)
        return FigureSet(
            today,
            report.document(),
            by,
            steps,
            [Sector(name, use.get(name, Counts()), field.get(name, Field())) for name in names],
            cells,
            _films(report, by, steps),
            range_of(reporters(report, standing)),
        )


def _use(cells: dict[tuple[str | None, date], Counts], reporting: dict[str | None, int]) -> dict[str | None, Counts]:
    """Each sector over the whole period: its months or weeks added up, but for organisations, which are in several."""
    parts: dict[str | None, list[Counts]] = defaultdict(list)
    for (sector, _), counts in cells.items():
        parts[sector].append(counts)
    return {
        sector: figure_rows.total(counts)._replace(organisations=reporting.get(sector, 0))
        for sector, counts in parts.items()
    }


def _steps(
    report: Figures, by: By, cells: dict[tuple[str | None, date], Counts], start: date | None, today: date
) -> list[Step]:
    """Every month or week of the period in which there was anything to count, those without use too."""
    if start is None:
        return []
    counted = {first for _, first in cells}
    begin = max(start, report.period.first or start)
    end = max([min(report.period.last or today, today), *counted])
    every = sorted({*by.between(begin, end), *counted})
    parts = [
        (max(first, report.period.first or first), min(by.last_day(first), report.period.last or by.last_day(first)))
        for first in every
    ]
    activations = field_rows.activations(report.session, parts, report.kit_id, report.timezone)
    return [
        Step(*part, figure_rows.total(counts for (_, at), counts in cells.items() if at == first), activated)
        for first, part, activated in zip(every, parts, activations, strict=True)
    ]


def _films(report: Figures, by: By, steps: list[Step]) -> list[Film]:
    """Every film and document, those nobody played too."""
    session, period, kit_id = report.session, report.period, report.kit_id
    count = play_rows.by_week if by is By.WEEK else play_rows.by_month
    plays = count(session, period, kit_id)
    of_sectors: dict[tuple[str, str], dict[str | None, int]] = defaultdict(dict)
    for (sector, kit, item), number in play_rows.by_sector(session, period, kit_id).items():
        of_sectors[kit, item][sector] = number
    query = select(Kit.id, Kit.name, KitItem.item_id, KitItem.title).join(KitItem, KitItem.kit_id == Kit.id)
    if kit_id is not None:
        query = query.where(Kit.id == kit_id)
    firsts = [by.first_day(step.first) for step in steps]
    return [
        Film(kit, name, item, title, [plays.get((kit, item, first), 0) for first in firsts], of_sectors[kit, item])
        for kit, name, item, title in session.execute(query.order_by(Kit.id, KitItem.position))
    ]
