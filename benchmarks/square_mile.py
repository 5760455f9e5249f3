"""A trial of six months in a whole city, through real HTTP, against the truth kept aside.

    python -m benchmarks.square_mile                           the city: 16,000 organisations, 400,000 installations
    python -m benchmarks.square_mile --installations 20000     a district

At the end every figure of the report must equal the truth for what was delivered, by month and by sector too,
and the stated range must contain the truth for what happened. Prints what it took.
"""

import argparse
import shutil
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import psutil

from benchmarks.city import awkwardness
from benchmarks.city.compare import differences, recounted, said
from benchmarks.city.drive import Drive
from benchmarks.city.plan import Scale, draw, noon
from benchmarks.city.server import CityServer
from benchmarks.city.truth import reckon
from examples.local_server import free_port


def main() -> int:
    """Run one city; 1 where a figure is wrong."""
    arguments = _arguments()
    directory = Path(tempfile.mkdtemp(prefix="square-mile-", dir=arguments.directory))
    url = arguments.database_url or f"sqlite:///{directory / 'city.db'}"
    scale = Scale(arguments.organisations, arguments.installations, arguments.days, arguments.seed)
    drawing = time.monotonic()
    city = draw(scale)
    drive = Drive(city, CityServer(directory, url, free_port(), arguments.workers))
    print(f"organisations {scale.organisations:,}, installations {scale.installations:,}, days {scale.days}")
    print(awkwardness.measure(city))
    begun = time.monotonic()
    print(f"drawn                  {begun - drawing:,.1f} s")
    drive.prepare()
    prepared = time.monotonic()
    print(f"set up by the team     {prepared - begun:,.1f} s", flush=True)
    own = sum(psutil.Process().cpu_times()[:2])
    drive.server.start()
    try:
        drive.live()
    finally:
        drive.server.stop()
    took, own = time.monotonic() - prepared, sum(psutil.Process().cpu_times()[:2]) - own
    requests = len(drive.post.seconds)
    p50, p99 = (drive.post.percentile(share) * 1000 for share in (0.5, 0.99))
    print(f"lived                  {took:,.1f} s, {requests:,} requests, {requests / took:,.0f} a second")
    print(f"answers                p50 {p50:.1f} ms, p99 {p99:.1f} ms; {drive.unanswered:,} had none in the outage")
    print(f"told to come again     {drive.post.turned_away:,}")
    print(f"processors             workers {drive.server.processor_seconds:,.0f} s, this driver {own:,.0f} s")
    print(f"largest worker         {drive.memory}")
    print(f"database               {drive.server.database_bytes() / 2**20:,.0f} MiB")
    print(f"this driver            {psutil.Process().memory_info().rss / 2**20:,.0f} MiB", flush=True)
    lived = time.monotonic()
    document = said(drive.runtime, noon(scale.days - 1) + timedelta(minutes=1))
    print(f"the report, months     {(time.monotonic() - lived) * 1000:,.0f} ms")
    truth = reckon(city)
    wrong = [*differences(truth, document), *recounted(drive.runtime)]
    print(f"attendances            {truth.delivered['attendances']:,} counted, {truth.happened:,} happened")
    print(f"the range              {document.range.lower:,} to {document.range.upper:,}")
    print("every figure equals the truth" if not wrong else "\n".join(["WRONG", *wrong]))
    drive.runtime.database.close()
    shutil.rmtree(directory)
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--organisations", type=int, default=16_000)
    parser.add_argument("--installations", type=int, default=400_000)
    parser.add_argument("--days", type=int, default=183)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--database-url", help="postgresql://…; default: SQLite in a temporary directory")
    parser.add_argument("--directory", help="where the temporary directory goes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
