"""The committee's report counted to the last one, for those who are signed in."""

from datetime import date

from licence_server.domain import method_note
from licence_server.domain.committee_report import Report, Row, Table
from licence_server.domain.months import last_day, month_of
from licence_server.domain.months import title as month_title
from licence_server.services.committee_words import coverage_of, facts_of, film_table, range_facts
from licence_server.services.figure_rows import Counts, total
from licence_server.services.figures import FigureSet, Step

COLUMNS = (
    ("attendances", "Attendances"),
    ("workshop", "Workshops"),
    ("individual", "Individual sessions"),
    ("organisations", "Organisations reporting"),
    ("feedback", "Pieces of feedback"),
    ("mean_rating", "Mean rating of 5"),
)


def staff_report(figures: FigureSet, *, period: str, kit_name: str, timezone: str) -> Report:
    """All of it in words and tables."""
    document = figures.document
    return Report(
        form="staff",
        title="Use of the training kit",
        period=period,
        first=document["period"]["from"],
        last=document["period"]["to"],
        kit=document["kit"],
        kit_name=kit_name,
        generated_at=document["generated_at"],
        facts=facts_of(document),
        range=range_facts(figures.range.lower, figures.range.upper, method_note.basis(figures.range)),
        coverage=coverage_of(document),
        tables=tuple(_tables(figures)),
        method=method_note.paragraphs("staff", timezone),
    )


def _tables(figures: FigureSet) -> list[Table]:
    overall = total(sector.counts for sector in figures.sectors)
    everything = Row("", "Total", (*_cells(overall),))
    sectors = Table(
        "sectors",
        "By sector",
        "Sectors as the team recorded them.",
        "Sector",
        (*COLUMNS, ("installations", "Installations activated"), ("silent", "of these silent")),
        tuple(
            Row(each.name or "", each.title, (*_cells(each.counts), each.field.activated, each.field.silent))
            for each in figures.sectors
        ),
        Row(
            "",
            "Total",
            (
                *everything.cells,
                sum(each.field.activated for each in figures.sectors),
                sum(each.field.silent for each in figures.sectors),
            ),
        ),
        charted="attendances",
    )
    months = Table(
        "months",
        "By month",
        f"{method_note.SESSIONS} {method_note.ORGANISATIONS}",
        "Month",
        (*COLUMNS, ("installations", "Installations activated")),
        tuple(
            Row(f"{step.first:%Y-%m}", _title(step, figures.today), (*_cells(step.counts), step.activations))
            for step in figures.months
        ),
        Row("", "Total", (*everything.cells, sum(step.activations for step in figures.months))),
        charted="attendances",
    )
    return [months, sectors, _crossed(figures, overall.attendances), _films(figures)]


def _crossed(figures: FigureSet, overall: int) -> Table:
    columns = [month_of(step.first) for step in figures.months]

    def row(name: str | None, title: str, whole: int) -> Row:
        cells = (figures.cells.get((name, month), Counts()).attendances for month in columns)
        return Row(name or "", title, (*cells, whole))

    return Table(
        "sectors_by_month",
        "Attendances by sector and month",
        method_note.ATTENDANCES,
        "Sector",
        (*((f"{month:%Y-%m}", _short(month)) for month in columns), ("total", "Total")),
        tuple(row(each.name, each.title, each.counts.attendances) for each in figures.sectors),
        Row("", "Total", (*(step.counts.attendances for step in figures.months), overall)),
    )


def _films(figures: FigureSet) -> Table:
    rows = (
        Row(item["id"], item["title"], (item["plays"], item["completions"], round(item["seconds"] / 3600, 1)))
        for item in figures.document["items"]
    )
    columns = (("plays", "Plays"), ("completions", "of these to the end"), ("hours", "Hours"))
    return film_table(columns, tuple(rows))


def _cells(counts: Counts) -> tuple[int | float | None, ...]:
    return (
        counts.attendances,
        counts.workshop_sessions,
        counts.individual_sessions,
        counts.organisations,
        counts.feedback_count,
        counts.mean_rating,
    )


def _title(step: Step, today: date) -> str:
    """The month, and that it is not a whole one where it is not."""
    if step.first.day != 1 or step.last != last_day(step.first):
        return f"{month_title(step.first)} (in part)"
    return month_title(step.first) + (" (so far)" if step.last >= today else "")


def _short(month: date) -> str:
    return f"{month:%b} {month.year}"
