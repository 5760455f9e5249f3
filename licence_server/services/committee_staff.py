"""The committee's report counted to the last one, for those who are signed in."""

from licence_server.domain import method_note
from licence_server.domain.committee_report import Report, Row, Table
from licence_server.domain.series import By
from licence_server.services.committee_films import films_as_such, films_played
from licence_server.services.committee_words import coverage_of, facts_of, range_facts
from licence_server.services.figure_rows import Counts, total
from licence_server.services.figures import FigureSet

COLUMNS = (
    ("attendances", "Attendances"),
    ("workshop", "Workshops"),
    ("individual", "Individual sessions"),
    ("organisations", "Organisations reporting"),
    ("feedback", "Pieces of feedback"),
    ("mean_rating", "Mean rating of 5"),
)
_ALSO_CHARTED = ("workshop", "individual", "organisations", "feedback", "installations")


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
        also_charted=_ALSO_CHARTED,
    )
    by = figures.by
    steps = Table(
        f"{by}s",
        f"By {by}",
        f"{method_note.SESSIONS} {method_note.ORGANISATIONS}",
        by.capitalize(),
        (*COLUMNS, ("installations", "Installations activated")),
        tuple(
            Row(
                by.key(step.first),
                by.in_words(step.first, step.last, figures.today),
                (*_cells(step.counts), step.activations),
            )
            for step in figures.steps
        ),
        Row("", "Total", (*everything.cells, sum(step.activations for step in figures.steps))),
        charted="attendances",
        also_charted=_ALSO_CHARTED,
        by=by,
    )
    return [steps, sectors, _crossed(figures, overall.attendances), films_as_such(figures), *films_played(figures)]


def _crossed(figures: FigureSet, overall: int) -> Table:
    by = figures.by
    columns = [(by.first_day(step.first), step.first) for step in figures.steps]

    def row(name: str | None, title: str, whole: int) -> Row:
        cells = (figures.cells.get((name, whole_from), Counts()).attendances for whole_from, _ in columns)
        return Row(name or "", title, (*cells, whole))

    return Table(
        f"sectors_by_{by}",
        f"Attendances by sector and {by}",
        method_note.ATTENDANCES + (" Each week stands under its first day." if by is By.WEEK else ""),
        "Sector",
        (*((by.key(first), by.short(first)) for _, first in columns), ("total", "Total")),
        tuple(row(each.name, each.title, each.counts.attendances) for each in figures.sectors),
        Row("", "Total", (*(step.counts.attendances for step in figures.steps), overall)),
    )


def _cells(counts: Counts) -> tuple[int | float | None, ...]:
    return (
        counts.attendances,
        counts.workshop_sessions,
        counts.individual_sessions,
        counts.organisations,
        counts.feedback_count,
        counts.mean_rating,
    )
