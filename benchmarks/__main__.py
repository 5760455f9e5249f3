"""Run the benchmarks and print the table: `python -m benchmarks --help`."""

import argparse
import tempfile
from pathlib import Path

from benchmarks import figures, requests, sdk, servers
from benchmarks.requests import Settings
from benchmarks.table import printed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--databases", default="sqlite,postgresql", help="which kinds, comma-separated")
    parser.add_argument("--only", default="", help="rows whose name contains this")
    parser.add_argument("--rounds", type=int, default=5, help="how often both sides take turns")
    parser.add_argument("--seconds", type=float, default=4, help="of each turn")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--connections", type=int, default=16, help="kits that talk to the server at once")
    chosen = parser.parse_args()
    settings = Settings(chosen.workers, chosen.threads, chosen.connections, chosen.seconds, chosen.rounds)
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        directory = Path(scratch)
        with servers.places(chosen.databases.split(","), directory) as places:
            for place in places:
                rows += requests.measure(place, directory / place.kind, settings, lambda name: chosen.only in name)
            for place in places:
                rows += figures.measure(
                    place, directory / place.kind, rounds=settings.rounds, chosen=lambda name: chosen.only in name
                )
    if chosen.only in sdk.IMPORT:
        rows.append(sdk.importing(settings.rounds))
    print(printed(rows))


if __name__ == "__main__":
    main()
