"""How long figures take after 10 million reports, beside the same city after 100 thousand.

Through the application in this process, as somebody who is signed in; both databases take turns. By itself:
`python -m benchmarks.figures --databases sqlite --installations 400000`. On a busy machine by processor time:
`python -m benchmarks.figures --processor --rounds 15`.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import reported, servers
from benchmarks.servers import Place
from benchmarks.table import Row, printed
from licence_server.cli.web_server import settle
from licence_server.domain.roles import Role
from licence_server.domain.scopes import Scope
from licence_server.migrate import downgrade, migrate
from tests.support.clock import Clock
from tests.support.deployment import KIT_ID, Deployment
from tests.support.desk import Desk

FEW, MANY = 100_000, 10_000_000
ORGANISATIONS, INSTALLATIONS = 16_000, 25_000
GOAL = 1.3
PAGES = {
    "overview": "/console/",
    "figures, the team's": "/console/figures",
    "report, the committee's": f"/console/report?kit={KIT_ID}",
    "report, one month": f"/console/report?kit={KIT_ID}&month=2026-05",
    "report document": "/api/v1/usage-summaries/total",
    "figures, free days": "/console/figures?since=10/3/2026&until=20/8/2026",
    "figures, by week": "/console/figures?by=week",
}
_WITHOUT_MONTHS = "0006"
WITHOUT_GOAL = ("figures, free days", "figures, by week")


@dataclass
class City:
    """A deployment with so many reports in it."""

    deployment: Deployment
    reports: int

    @classmethod
    def build(cls, place: Place, directory: Path, reports: int, organisations: int, installations: int) -> "City":
        directory.mkdir(parents=True)
        deployment = Deployment(directory, place.database(f"reported-{reports}"), Clock(reported.NOW))
        deployment.kit(items=reported.FILMS)
        database = deployment.runtime.database
        owners = reported.field(database, organisations, installations)
        # Millions of days at once are added up to months faster than one by one.
        downgrade(database, _WITHOUT_MONTHS)
        sent = reported.send(database, owners, reports)
        migrate(database)
        reported.tidy(database)
        return cls(deployment, sent)

    def reader(self) -> Callable[[str], None]:
        """Asks for a page, or raises."""
        desk = Desk(self.deployment.app, self.deployment.runtime, self.deployment.clock, Role.LICENSING_OFFICER)
        key = self.deployment.api_key(Scope.REPORTS_READ)

        def read(path: str) -> None:
            answer = self.deployment.client.get(path, headers=key) if path.startswith("/api") else desk.get(path)
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}\n{answer.text[:2000]}")

        return read


def measure(
    place: Place,
    directory: Path,
    *,
    rounds: int,
    chosen: Callable[[str], bool],
    processor: bool = False,
    many: int = MANY,
    organisations: int = ORGANISATIONS,
    installations: int = INSTALLATIONS,
) -> list[Row]:
    """A row for each page that is chosen. processor: by processor time, not by the clock."""
    pages = {f"{name}, {place.kind}": path for name, path in PAGES.items()}
    pages = {name: path for name, path in pages.items() if chosen(name)}
    if not pages:
        return []
    cities = [
        City.build(place, directory / f"reported-{reports}", reports, organisations, installations)
        for reports in (many, FEW)
    ]
    readers = [city.reader() for city in cities]
    for read in readers:
        for path in pages.values():
            read(path)
    # As a worker looks for garbage; Python's own way adds a tenth of a second to some pages, and not to others.
    settle()
    clock = place.processor_seconds if processor else time.perf_counter
    rows = [_row(name, path, cities, readers, rounds, clock) for name, path in pages.items()]
    for city in cities:
        city.deployment.close()
    return rows


def _row(
    name: str,
    path: str,
    cities: list[City],
    readers: list[Callable[[str], None]],
    rounds: int,
    clock: Callable[[], float],
) -> Row:
    taken = [[_seconds(read, path, clock) for read in readers] for _ in range(rounds)]
    middle = [statistics.median(side) for side in zip(*taken, strict=True)]
    return Row(
        what=name,
        ours=f"{middle[0] * 1000:,.0f} ms",
        bare=f"{middle[1] * 1000:,.0f} ms",
        ratio=statistics.median(ours / bare for ours, bare in taken),
        goal="" if name.startswith(WITHOUT_GOAL) else f"≤ {GOAL}",
        note=f"{cities[0].reports:,} reports beside {cities[1].reports:,}",
    )


def _seconds(read: Callable[[str], None], path: str, clock: Callable[[], float]) -> float:
    begun = clock()
    read(path)
    return clock() - begun


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.figures", description=__doc__)
    parser.add_argument("--databases", default="sqlite,postgresql", help="which kinds, comma-separated")
    parser.add_argument("--only", default="", help="rows whose name contains this")
    parser.add_argument("--rounds", type=int, default=5, help="how often both sides take turns")
    parser.add_argument("--processor", action="store_true", help="by processor time, PostgreSQL's own included")
    parser.add_argument("--reports", type=int, default=MANY)
    parser.add_argument("--organisations", type=int, default=ORGANISATIONS)
    parser.add_argument("--installations", type=int, default=INSTALLATIONS)
    given = parser.parse_args()
    rows = []
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as scratch,
        servers.places(given.databases.split(","), Path(scratch)) as places,
    ):
        for place in places:
            rows += measure(
                place,
                Path(scratch) / place.kind,
                rounds=given.rounds,
                chosen=lambda name: given.only in name,
                processor=given.processor,
                many=given.reports,
                organisations=given.organisations,
                installations=given.installations,
            )
    print(printed(rows))


if __name__ == "__main__":
    main()
