"""A trial of six months in a whole city, through real HTTP, against the truth kept aside.

    python -m benchmarks.square_mile                           the city: 16,000 organisations, 400,000 installations
    python -m benchmarks.square_mile --installations 20000     a district

At the end every figure of the report must equal the truth for what was delivered, and the stated range must
contain the truth for what happened. Prints what it took.
"""

import argparse
import shutil
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from benchmarks.city.drive import KIT_ID, Drive
from benchmarks.city.plan import Scale, draw
from benchmarks.city.server import CityServer
from benchmarks.city.truth import differences, reckon
from benchmarks.local_server import free_port
from licence_server.domain.period import Period
from licence_server.services import reports, usage_checks


def main() -> int:
    """Run one city; 1 where a figure is wrong."""
    arguments = _arguments()
    directory = Path(tempfile.mkdtemp(prefix="square-mile-", dir=arguments.directory))
    url = arguments.database_url or f"sqlite:///{directory / 'city.db'}"
    scale = Scale(arguments.organisations, arguments.installations, arguments.days, arguments.seed)
    city = draw(scale)
    drive = Drive(city, CityServer(directory, url, free_port(), arguments.workers))
    begun = time.monotonic()
    drive.prepare()
    prepared = time.monotonic()
    drive.server.start()
    try:
        drive.live()
        lived = time.monotonic()
        now = drive.now(scale.days - 1) + timedelta(minutes=1)
        document = reports.report(drive.runtime, Period(None, None), now=now, kit_id=KIT_ID)
        reported = time.monotonic()
        resident = drive.server.resident_bytes()
    finally:
        drive.server.stop()
    truth = reckon(city)
    wrong = [*differences(truth.delivered, document), *usage_checks.verify(drive.runtime).differences]
    requests, took = len(drive.post.seconds), lived - prepared
    p50, p99 = (drive.post.percentile(share) * 1000 for share in (0.5, 0.99))
    print(f"organisations {scale.organisations:,}, installations {scale.installations:,}, days {scale.days}")
    print(f"set up by the team     {prepared - begun:,.1f} s")
    print(f"lived                  {took:,.1f} s, {requests:,} requests, {requests / took:,.0f} a second")
    print(f"answers                p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    print(f"the report             {(reported - lived) * 1000:,.0f} ms")
    print(f"largest worker         {resident / 2**20:,.0f} MiB")
    if url.startswith("sqlite:"):
        size = sum(file.stat().st_size for file in directory.glob("city.db*"))
        print(f"database               {size / 2**20:,.0f} MiB")
    print(f"attendances            {truth.delivered['attendances']:,} counted, {truth.happened:,} happened")
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
