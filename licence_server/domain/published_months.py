"""What the committee's report publishes, month after month, and what every reader knows of it.

Each month adds an instalment: its own figures, and those of the trial up to its end.

* attendances, sessions, organisations reporting: by sector and in all, in the month and to date.
* plays of each film or document, and pieces of feedback, in the month and to date.
* organisations that hold a licence or have activated, and installations, as of the month's end.

Beside them stand a range and a mean rating. They are no counts, but may tell some to the last one: a range the totals
it begins with and who has not been heard from, a mean how many ratings there are. So they are shown only where
everything is safe from a reader who knows these exactly.

A reader knows that a session has between 1 and 5000 attendances, that an organisation that reports has a
session, that films are played in sessions, how organisations to date grow from month to month, and that who
reports has activated under a licence. These inequalities are `Link`s, and every witness keeps them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from licence_server.domain.disclosure import Variable
from licence_server.domain.published_form import Form
from licence_server.domain.suppression import Figure, Link, Publication

MAX_ATTENDEES = 5000
FIELD = ("granted", "activated", "reporting", "silent", "declined")
"""Organisations granted and activated; installations reporting, silent and declined."""
MIN_REPORTERS = 10
MIN_RATINGS = 10


class Use(NamedTuple):
    """One sector in one month. to_date: organisations that have reported from the beginning."""

    attendances: int = 0
    sessions: int = 0
    organisations: int = 0
    to_date: int = 0


@dataclass(frozen=True)
class MonthCounts:
    """One month, counted exactly. field: FIELD as of its end."""

    sectors: Mapping[str, Use]
    plays: Mapping[str, int]
    feedback: int
    field: Mapping[str, int]


class PublishedMonths:
    """The published form of some months in order, from the first."""

    def __init__(self, months: list[MonthCounts]) -> None:
        self._publication = Publication()
        self._sectors = sorted({sector for month in months for sector in month.sectors})
        self._items = sorted({item for month in months for item in month.plays})
        self._ever = _to_date(months, self._sectors)
        for number, month in enumerate(months):
            self._publication.add(
                dict(self._values(number, month)), list(self._figures(number)), list(self._links(number))
            )

    def cell(self, measure: str, row: str | None, month: int) -> Form:
        """A figure of one month. row: a sector, or an item of `plays`; None for all."""
        return self._publication.form((measure, row, month))

    def to_date(self, measure: str, row: str | None, month: int) -> Form:
        """The same from the first month to the end of this one."""
        return self._publication.form((measure, row, "to", month))

    def state(self, measure: str, month: int) -> Form:
        """One of FIELD, or `installations`, at the month's end."""
        return self._publication.form((measure, month))

    def tells_range(self, month: int, *, to_date: bool) -> bool:
        """Whether a range may stand beside the attendances of a month, or of the trial to its end."""
        read = self.to_date if to_date else self.cell
        told = (("exactly", measure, to_date, month) for measure in ("attendances", "sessions"))
        field = (("exactly", name, month) for name in FIELD[2:])
        enough = read("organisations", None, month).lowest >= MIN_REPORTERS
        return enough and all(self._publication.may_tell(name) for name in (*told, *field))

    def tells_mean(self, month: int, *, to_date: bool) -> bool:
        """Whether a mean rating may. One to date spans no month of suppressed feedback, which it would tell."""
        read = self.to_date if to_date else self.cell
        months = range(month + 1) if to_date else (month,)
        enough = read("feedback", None, month).lowest >= MIN_RATINGS
        plain = not any(self.cell("feedback", None, at).is_protected for at in months)
        return enough and plain and self._publication.may_tell(("exactly", "feedback", to_date, month))

    def _values(self, month: int, counts: MonthCounts) -> Iterator[tuple[Variable, int]]:
        for sector in self._sectors:
            use = counts.sectors.get(sector, Use())
            names = (*((name, sector, month) for name in Use._fields[:3]), self._ever[sector, month])
            yield from zip(names, use, strict=True)
        for item in self._items:
            yield ("plays", item, month), counts.plays.get(item, 0)
        yield ("feedback", None, month), counts.feedback
        for name in FIELD:
            yield (name, month), counts.field[name]

    def _figures(self, month: int) -> Iterator[Figure]:
        months = range(month + 1)
        for measure, worth in (("attendances", 2), ("sessions", 1)):
            for sector in self._sectors:
                yield Figure((measure, sector, month), ((measure, sector, month),), 30 * worth)
                yield Figure((measure, sector, "to", month), tuple((measure, sector, m) for m in months), 2 * worth)
            column = tuple((measure, sector, month) for sector in self._sectors)
            yield Figure((measure, None, month), column, 6 * worth)
            everything = tuple((measure, sector, m) for m in months for sector in self._sectors)
            yield Figure((measure, None, "to", month), everything, 10 * worth)
            yield Figure(("exactly", measure, False, month), column, 1, exact=True)
            yield Figure(("exactly", measure, True, month), everything, 1, exact=True)
        yield from self._organisations(month)
        for item in self._items:
            yield Figure(("plays", item, month), (("plays", item, month),), 20)
            yield Figure(("plays", item, "to", month), tuple(("plays", item, m) for m in months), 2)
        yield Figure(("feedback", None, month), (("feedback", None, month),), 20)
        feedback = tuple(("feedback", None, m) for m in months)
        yield Figure(("feedback", None, "to", month), feedback, 4)
        yield Figure(("exactly", "feedback", False, month), feedback[-1:], 1, exact=True)
        yield Figure(("exactly", "feedback", True, month), feedback, 1, exact=True)
        for name in FIELD:
            yield Figure((name, month), ((name, month),), 8)
        for name in FIELD[2:]:
            yield Figure(("exactly", name, month), ((name, month),), 1, exact=True)
        yield Figure(("installations", month), tuple((name, month) for name in FIELD[2:]), 6)

    def _organisations(self, month: int) -> Iterator[Figure]:
        for sector in self._sectors:
            yield Figure(("organisations", sector, month), (("organisations", sector, month),), 30)
            yield Figure(("organisations", sector, "to", month), (self._ever[sector, month],), 2)
        yield Figure(("organisations", None, month), tuple(("organisations", s, month) for s in self._sectors), 6)
        yield Figure(("organisations", None, "to", month), tuple(self._ever[s, month] for s in self._sectors), 10)

    def _links(self, month: int) -> Iterator[Link]:
        sessions = tuple((("sessions", sector, month), -1) for sector in self._sectors)
        for sector in self._sectors:
            attendances, held, here = ((name, sector, month) for name in Use._fields[:3])
            yield _at_most(here, held)
            yield _at_most(held, attendances)
            yield Link(((attendances, 1), (held, -MAX_ATTENDEES)))
            ever = self._ever[sector, month]
            if ever == ("to_date", sector, month):
                before = ((self._ever[sector, month - 1], -1),) if month else ()
                yield _at_most(here, ever)
                yield Link(((ever, 1), (here, -1), *before))
                yield from (_at_most(variable, ever) for variable, _ in before)
        for item in self._items:
            yield Link(((("plays", item, month), 1), *sessions))
        yield Link((*((self._ever[sector, month], 1) for sector in self._sectors), (("activated", month), -1)))
        yield _at_most(("activated", month), ("granted", month))
        installations = tuple((name, month) for name in FIELD[2:])
        yield Link(((("activated", month), 1), *((name, -1) for name in installations)))
        if month:
            for name in FIELD[:2]:
                yield _at_most((name, month - 1), (name, month))
            before_that = tuple(((name, month - 1), 1) for name in FIELD[2:])
            yield Link((*before_that, *((name, -1) for name in installations)))


def _to_date(months: list[MonthCounts], sectors: list[str]) -> dict[tuple[str, int], Variable]:
    """The number that organisations to date are: where a reader knows it to be another one, that other one."""
    found: dict[tuple[str, int], Variable] = {}
    for sector in sectors:
        before = 0
        for number, month in enumerate(months):
            use = month.sectors.get(sector, Use())
            if before and use.organisations == 0 and use.to_date == before:
                found[sector, number] = found[sector, number - 1]
            elif before == 0 and use.to_date == use.organisations:
                found[sector, number] = ("organisations", sector, number)
            else:
                found[sector, number] = ("to_date", sector, number)
            before = use.to_date
    return found


def _at_most(lesser: Variable, greater: Variable) -> Link:
    return Link(((lesser, 1), (greater, -1)))
