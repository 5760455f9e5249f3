"""One publishable period of everything that is published, as facts and tables."""

from licence_server.domain import method_note
from licence_server.domain.committee_report import Cell, Fact, Row, Table
from licence_server.domain.months import PublishablePeriod
from licence_server.domain.months import title as month_title
from licence_server.domain.published_form import WITHHELD, Form, form_of
from licence_server.domain.published_months import PublishedMonths
from licence_server.domain.series import By
from licence_server.services import figure_rows
from licence_server.services.committee_words import coverage_facts, film_table, summary_facts
from licence_server.services.figures import NO_SECTOR
from licence_server.services.published_counts import PublishedCounts

_MEASURES = (
    ("attendances", "Attendances"),
    ("sessions", "Sessions"),
    ("organisations", "Organisations reporting"),
)


class PublishedView:
    """One publishable period of everything that is published."""

    def __init__(self, counted: PublishedCounts, chosen: PublishablePeriod) -> None:
        self.counted, self.one = counted, chosen.month is not None
        self.at = len(counted.months) - 1
        self.published = PublishedMonths(counted.counts)
        self.months = [chosen.month] if chosen.month is not None else counted.months
        self.title = month_title(self.months[0])
        if not self.one:
            last = "" if len(self.months) == 1 else f" to {month_title(self.months[-1])}"
            self.title = f"The whole trial, {self.title}{last}"

    def whole(self, measure: str, row: str | None = None) -> Form:
        """A figure of the period."""
        read = self.published.cell if self.one else self.published.to_date
        return read(measure, row, self.at)

    def facts(self) -> tuple[Fact, ...]:
        return summary_facts(
            attendances=self.whole("attendances").shown,
            sessions=self.whole("sessions").shown,
            granted=self.published.state("granted", self.at).shown,
            activated=self.published.state("activated", self.at).shown,
            reporting=self.whole("organisations").shown,
            feedback=self.whole("feedback").shown,
            mean_rating=self._mean_rating(),
        )

    def coverage(self, missing: int) -> tuple[Fact, ...]:
        names = {"activated": "installations", "reporting": "reporting", "silent": "silent", "declined": "declined"}
        shown = {name: self.published.state(key, self.at).shown for name, key in names.items()}
        reporting, silent = shown["reporting"], shown["silent"]
        share: Cell = WITHHELD.shown
        # From what is published alone, so that it tells no more.
        if isinstance(reporting, int) and isinstance(silent, int):
            share = round(reporting / (reporting + silent), 2) if reporting + silent else None
        return coverage_facts(shown, form_of(missing).shown, {"reporting_share": share})

    def tables(self, titles: dict[str, str]) -> list[Table]:
        films = tuple(
            Row(item, title, (self.whole("plays", item).shown if item in self._items else 0,))
            for item, title in titles.items()
        )
        tables = [self._sectors(), film_table((("plays", "Plays"),), films)]
        return tables if self.one else [self._by_month(), tables[0], self._crossed(), tables[1]]

    def _by_month(self) -> Table:
        columns = (*_MEASURES, ("feedback", "Pieces of feedback"))

        def cells(at: int) -> tuple[Cell, ...]:
            return tuple(self.published.cell(measure, None, at).shown for measure, _ in columns)

        return Table(
            "months",
            "By month",
            f"{method_note.SESSIONS} {method_note.ORGANISATIONS}",
            "Month",
            columns,
            tuple(Row(f"{month:%Y-%m}", month_title(month), cells(at)) for at, month in enumerate(self.months)),
            Row("", "Total", tuple(self.whole(measure).shown for measure, _ in columns)),
            charted="attendances",
            by=By.MONTH,
        )

    def _sectors(self) -> Table:
        def row(key: str | None, title: str) -> Row:
            return Row(_key(key), title, tuple(self.whole(measure, key).shown for measure, _ in _MEASURES))

        return Table(
            "sectors",
            "By sector",
            "Sectors as the team recorded them.",
            "Sector",
            _MEASURES,
            tuple(row(sector, sector) for sector in self._names),
            row(None, "Total"),
            charted="attendances",
        )

    def _crossed(self) -> Table:
        def row(key: str | None, title: str) -> Row:
            cells = (self.published.cell("attendances", key, at).shown for at in range(len(self.months)))
            return Row(_key(key), title, (*cells, self.whole("attendances", key).shown))

        return Table(
            "sectors_by_month",
            "Attendances by sector and month",
            method_note.ATTENDANCES,
            "Sector",
            (*((f"{month:%Y-%m}", f"{month:%b} {month.year}") for month in self.months), ("total", "Total")),
            tuple(row(sector, sector) for sector in self._names),
            row(None, "Total"),
        )

    @property
    def _names(self) -> list[str]:
        """Sectors that have reported so far; a later one would not have been in an earlier copy."""
        counts = self.counted.counts[self.at].sectors
        reported = (sector for sector, use in counts.items() if use.to_date)
        return sorted(reported, key=lambda name: (name == NO_SECTOR, name.casefold()))

    @property
    def _items(self) -> set[str]:
        return {item for month in self.counted.counts for item in month.plays}

    @property
    def tells_range(self) -> bool:
        """Whether a range may stand beside the attendances."""
        return self.published.tells_range(self.at, to_date=not self.one)

    def _mean_rating(self) -> Cell:
        feedback = self.whole("feedback")
        if not self.published.tells_mean(self.at, to_date=not self.one):
            return WITHHELD.shown if feedback.lowest else None
        counts = figure_rows.total(self.counted.totals[-1:] if self.one else self.counted.totals)
        return round(counts.rating_sum / counts.feedback_count, 1)


def _key(sector: str | None) -> str:
    return "" if sector in (None, NO_SECTOR) else str(sector)
