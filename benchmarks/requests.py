"""The rows of the table that are answered over HTTP: what is asked of the product, what of the bare one."""

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import baseline, load, sdk, servers
from benchmarks.field import Field, check_ins
from benchmarks.load import Load, Requests
from benchmarks.servers import Place, Served
from benchmarks.table import Row
from examples.local_server import free_port


@dataclass(frozen=True)
class Settings:
    """Of a whole run."""

    workers: int
    threads: int
    connections: int
    seconds: float
    rounds: int


@dataclass(frozen=True)
class Pair:
    """One row: the requests of both sides and the ratio aimed at. reports: in each request."""

    name: str
    goal: float
    ours: Requests
    bare: Requests
    reports: int = 0


def measure(place: Place, directory: Path, settings: Settings, chosen: Callable[[str], bool]) -> list[Row]:
    """All rows on one kind of database."""
    directory.mkdir()
    size = {"workers": settings.workers, "threads": settings.threads}
    field = Field.lay_out(directory, place.database("product"), free_port(), **size)
    bare_url = place.database("bare")
    baseline.prepare(bare_url)
    with (
        servers.product(directory, field.environ) as ours,
        servers.baseline(directory, bare_url, **size) as bare,
    ):
        tokens = field.install(ours.port)
        rows = [
            _row(place, pair, ours, bare, settings)
            for pair in _pairs(field, tokens, settings.connections)
            if chosen(pair.name)
        ]
        if place.kind == "sqlite" and chosen(sdk.CHECK):
            rows.append(sdk.check(field, ours.port, directory / "kit", settings.rounds))
    field.runtime.database.close()
    return rows


def _pairs(field: Field, tokens: list[str], connections: int) -> list[Pair]:
    def bare(path: str, size: int) -> Requests:
        ours = check_ins(["none"] * connections, size, connections)

        def requests(number: int) -> Iterator[bytes]:
            for request in ours(number):
                yield request.replace(b"/api/v1/sync", path.encode(), 1)

        return requests

    return [
        Pair("sync, 1 report", 1.0, check_ins(tokens, 1, connections), bare("/insert", 1), 1),
        Pair("sync, 100 reports", 1.0, check_ins(tokens, 100, connections), bare("/insert", 100), 100),
        Pair("sync, nothing to report", 0.6, check_ins(tokens, 0, connections), bare("/hello", 0)),
        Pair("activations", 0.7, field.activations(), _signed(field)),
    ]


def _signed(field: Field) -> Requests:
    ours = field.activations()

    def requests(number: int) -> Iterator[bytes]:
        for request in ours(number):
            yield request.replace(b"/api/v1/activations", b"/insert-and-sign", 1)

    return requests


def _row(place: Place, pair: Pair, ours: Served, bare: Served, settings: Settings) -> Row:
    """Alternate, and compare the neighbours: the machine is not the same one minute later."""

    def once(served: Served, requests: Requests, seconds: float) -> Load:
        done = load.run(served.port, requests, connections=settings.connections, seconds=seconds)
        if done.failures:
            raise RuntimeError(f"{pair.name}: {done.failures} of {done.requests} requests failed")
        return done

    once(ours, pair.ours, 1)
    once(bare, pair.bare, 1)
    runs = [
        (once(ours, pair.ours, settings.seconds), once(bare, pair.bare, settings.seconds))
        for _ in range(settings.rounds)
    ]
    middle = [statistics.median(run.rate for run in side) for side in zip(*runs, strict=True)]
    slowest = [statistics.median(run.quantile(0.99) for run in side) for side in zip(*runs, strict=True)]
    unit, each = ("reports/s", pair.reports) if pair.reports > 1 else ("/s", 1)
    return Row(
        what=f"{pair.name}, {place.kind}",
        ours=f"{middle[0] * each:,.0f} {unit}",
        bare=f"{middle[1] * each:,.0f} {unit}",
        ratio=statistics.median(mine.rate / other.rate for mine, other in runs),
        goal=f"≥ {pair.goal}",
        note=f"p99 {slowest[0]:.0f} ms, bare {slowest[1]:.0f} ms; generator {runs[0][0].cpu_share:.0%} of a core",
    )
