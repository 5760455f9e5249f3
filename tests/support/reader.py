"""A hostile reader of the published report, with a solver.

Knows every figure of every month and of every trial to date, in the words they were published in, what
`docs/decisions/0010-figures-and-suppression.md` says of how the measures hang together, and "at least". Where a range
or a mean rating is shown the reader is given more than they tell: the very counts they are reckoned from. Shares no
code with what it attacks.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from licence_server.domain.published_months import MonthCounts, PublishedMonths

FIELD = ("granted", "activated", "reporting", "silent", "declined")
INSTALLATIONS = FIELD[2:]


class Reader:
    """Builds the constraints from what is shown alone."""

    def __init__(
        self, published: PublishedMonths, months: Sequence[MonthCounts], sectors: Sequence[str], items: Sequence[str]
    ) -> None:
        self.places: dict[Any, int] = {}
        self.rows: list[tuple[dict[int, float], float, float]] = []
        self.secret: list[tuple[Any, dict[int, float]]] = []
        self.published, self.sectors, self.items = published, sectors, items
        self.told: list[str] = []
        self.lies: list[Any] = []
        for month in range(len(months)):
            self._tables(month)
            self._organisations(month)
            self._field(month)
            for to_date in (False, True):
                self._beside(months[: month + 1], to_date)

    def recoverable(self) -> list[Any]:
        """The suppressed figures of which only one value is possible."""
        # Takes a second, which every process that collects the tests would wait.
        from scipy.optimize import LinearConstraint

        rows = np.zeros((len(self.rows), len(self.places)))
        for number, (terms, _, _) in enumerate(self.rows):
            for place, factor in terms.items():
                rows[number, place] = factor
        system = LinearConstraint(rows, [low for _, low, _ in self.rows], [high for _, _, high in self.rows])
        worlds: list[Any] = []
        found = []
        for name, terms in self.secret:
            # Most figures differ in two worlds that were looked for on account of others.
            if len({_told(terms, world) for world in worlds}) < 2:
                ends = [self._world(terms, sign, system) for sign in (1, -1)]
                worlds += ends
                if _told(terms, ends[0]) == _told(terms, ends[1]):
                    found.append(name)
        return found

    def _world(self, terms: Mapping[int, float], sign: int, system: Any) -> Any:
        """What everything can have been where a figure is as small as it can be, or with -1 as large."""
        from scipy.optimize import Bounds, milp

        goal = np.zeros(len(self.places))
        for place, factor in terms.items():
            goal[place] = factor * sign
        # A lid far above every table keeps the solver's numbers small.
        found = milp(goal, constraints=system, integrality=np.ones(len(goal)), bounds=Bounds(0, 10_000))
        assert found.success, found.message
        return np.round(found.x)

    def _sum(self, *variables: Any) -> dict[int, float]:
        return {self.places.setdefault(variable, len(self.places)): 1.0 for variable in variables}

    def _read(self, name: Any, shown: int | str, terms: dict[int, float]) -> None:
        if shown == "not shown":
            low, high = 1.0, np.inf
        elif shown == "fewer than 5":
            low, high = 1.0, 4.0
        elif shown == 0:
            low, high = 0.0, 0.0
        else:
            assert isinstance(shown, int)
            assert shown % 5 == 0
            low, high = (5.0, 7.0) if shown == 5 else (shown - 2.0, shown + 2.0)
        self.rows.append((terms, low, high))
        if isinstance(shown, str):
            self.secret.append((name, terms))

    def _at_most(self, lesser: dict[int, float], greater: dict[int, float], times: int = 1) -> None:
        row = dict(lesser)
        for place, factor in greater.items():
            row[place] = row.get(place, 0) - times * factor
        self.rows.append((row, -np.inf, 0.0))

    def _tables(self, month: int) -> None:
        months = range(month + 1)
        tables = {"attendances": self.sectors, "sessions": self.sectors, "plays": self.items, "feedback": [None]}
        for measure, rows in tables.items():
            for row in rows:
                shown = self.published.cell(measure, row, month).shown
                self._read((measure, row, month), shown, self._sum((measure, row, month)))
                shown = self.published.to_date(measure, row, month).shown
                self._read((measure, row, "to", month), shown, self._sum(*((measure, row, m) for m in months)))
        for measure in ("attendances", "sessions"):
            shown = self.published.cell(measure, None, month).shown
            self._read((measure, month), shown, self._sum(*((measure, row, month) for row in self.sectors)))
            shown = self.published.to_date(measure, None, month).shown
            everything = self._sum(*((measure, row, m) for m in months for row in self.sectors))
            self._read((measure, "to", month), shown, everything)

    def _beside(self, months: Sequence[MonthCounts], to_date: bool) -> None:
        """What stands beside the counts of the last of some months, or of all of them."""
        month = len(months) - 1
        since = 0 if to_date else month
        read = self.published.to_date if to_date else self.published.cell
        use = {
            measure: sum(getattr(use, measure) for counts in months[since:] for use in counts.sectors.values())
            for measure in ("attendances", "sessions")
        }
        terms = {
            measure: self._sum(*((measure, row, m) for m in range(since, month + 1) for row in self.sectors))
            for measure in use
        }
        least = read("attendances", None, month).at_least
        self.rows.append((terms["attendances"], least, np.inf))
        if least > use["attendances"]:
            self.lies.append((month, to_date))
        if self.published.tells_range(month, to_date=to_date):
            self.told.append("range")
            for measure, truth in use.items():
                self.rows.append((terms[measure], truth, truth))
            for name in INSTALLATIONS:
                self.rows.append((self._sum((name, month)), months[-1].field[name], months[-1].field[name]))
        if self.published.tells_mean(month, to_date=to_date):
            self.told.append("mean")
            given = sum(counts.feedback for counts in months[since:])
            self.rows.append((self._sum(*(("feedback", None, m) for m in range(since, month + 1))), given, given))

    def _organisations(self, month: int) -> None:
        here = {sector: self._sum(("organisations", sector, month)) for sector in self.sectors}
        ever = {sector: self._sum(("ever", sector, month)) for sector in self.sectors}
        for sector in self.sectors:
            cell, to_date = (
                read("organisations", sector, month).shown for read in (self.published.cell, self.published.to_date)
            )
            self._read(("organisations", sector, month), cell, here[sector])
            self._read(("organisations", sector, "to", month), to_date, ever[sector])
            sessions = self._sum(("sessions", sector, month))
            self._at_most(here[sector], sessions)
            self._at_most(sessions, self._sum(("attendances", sector, month)))
            self._at_most(self._sum(("attendances", sector, month)), sessions, 5000)
            self._at_most(here[sector], ever[sector])
            before = self._sum(("ever", sector, month - 1)) if month else {}
            self._at_most(before, ever[sector])
            self._at_most(ever[sector], before | here[sector])
        self._read(("organisations", month), self.published.cell("organisations", None, month).shown, _all(here))
        shown = self.published.to_date("organisations", None, month).shown
        self._read(("organisations", "to", month), shown, _all(ever))
        for item in self.items:
            held = self._sum(*(("sessions", sector, month) for sector in self.sectors))
            self._at_most(self._sum(("plays", item, month)), held)

    def _field(self, month: int) -> None:
        for name in FIELD:
            self._read((name, month), self.published.state(name, month).shown, self._sum((name, month)))
        installations = self._sum(*((name, month) for name in INSTALLATIONS))
        self._read(("installations", month), self.published.state("installations", month).shown, installations)
        activated = self._sum(("activated", month))
        self._at_most(self._sum(*(("ever", sector, month) for sector in self.sectors)), activated)
        self._at_most(activated, self._sum(("granted", month)))
        self._at_most(activated, installations)
        if month:
            self._at_most(self._sum(("activated", month - 1)), activated)
            self._at_most(self._sum(("granted", month - 1)), self._sum(("granted", month)))
            self._at_most(self._sum(*((name, month - 1) for name in INSTALLATIONS)), installations)


def _told(terms: Mapping[int, float], world: Any) -> int:
    return round(sum(factor * world[place] for place, factor in terms.items()))


def _all(parts: Mapping[str, dict[int, float]]) -> dict[int, float]:
    return {place: factor for part in parts.values() for place, factor in part.items()}


def reader_of(months: list[MonthCounts]) -> Reader:
    """A reader of everything published on these months."""
    sectors = sorted({sector for month in months for sector in month.sectors})
    items = sorted({item for month in months for item in month.plays})
    return Reader(PublishedMonths(months), months, sectors, items)
