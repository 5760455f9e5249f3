"""How awkward a drawn city is, measured on what it drew: shares of reports, PCs, sticks and licences."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from benchmarks.city.plan import City, Installation, Report

WEEK = 7
_T = TypeVar("_T")


@dataclass(frozen=True)
class Awkwardness:
    """Shares, each from 0 to 1. Of reports that arrive: late, twice, out_of_order."""

    late: float
    twice: float
    out_of_order: float
    wrong_clock: float
    copied: float
    silent: float
    lost: float
    revoked: float

    def __str__(self) -> str:
        return (
            f"of reports {self.late:.0%} a week late or more, {self.twice:.1%} sent twice, "
            f"{self.out_of_order:.1%} out of order; of PCs {self.wrong_clock:.1%} with a wrong clock, "
            f"{self.copied:.1%} copied, {self.silent:.1%} silent for good, {self.lost:.1%} with a report lost; "
            f"of licences {self.revoked:.1%} revoked"
        )


def measure(city: City) -> Awkwardness:
    """Count it."""
    installations = [installation for installation in city.installations if not installation.refused]
    arrived = sum(len(positions) for each in installations for _, positions in each.syncs)
    late = twice = disordered = 0
    for each in installations:
        highest = 0
        for day, report in arrivals(each):
            late += day - report.day >= WEEK
            twice += day in each.twice
            disordered += report.seq < highest
            highest = max(highest, report.seq)
    return Awkwardness(
        late / arrived,
        twice / arrived,
        disordered / arrived,
        _share(installations, lambda each: abs(each.clock_error) > timedelta(minutes=5)),
        _share(installations, lambda each: each.copied),
        _share(installations, lambda each: each.silent_from is not None),
        _share(installations, lambda each: any(report.lost for report in each.reports)),
        len(city.revocations) / city.scale.organisations,
    )


def arrivals(installation: Installation) -> Iterable[tuple[int, Report]]:
    """The reports that reach the server, in the order in which they do, each with its day."""
    return ((day, installation.reports[position]) for day, positions in installation.syncs for position in positions)


def _share(among: list[_T], has: Callable[[_T], bool]) -> float:
    return sum(map(has, among)) / len(among)
