"""Whether a server's memory grows: an hour of kits at work, and the largest worker at its end against the first minute.

`python -m benchmarks.endurance --minutes 60`. Kits check in with one report, a hundred and none, and new ones
activate, as fast as the server answers, for the share of each ten seconds that `--share` says.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from benchmarks import load, servers
from benchmarks.city.memory import Memory, largest_worker
from benchmarks.field import Field, check_ins
from benchmarks.load import Requests
from examples.local_server import free_port

CONNECTIONS = 8
SLICE_SECONDS = 10.0


@dataclass
class Workers:
    """The processes of a server, as `Memory` looks at them. master: the id of the one they come from."""

    master: int
    started: float = field(default_factory=time.monotonic)

    def resident_bytes(self) -> int:
        """Of the largest."""
        return largest_worker(self.master)


def mixed(kits: Field, tokens: list[str]) -> Requests:
    """Of every twelve requests eight with one report, two without, one with a hundred, one activation."""

    def requests(number: int) -> Iterator[bytes]:
        one, none, hundred = (check_ins(tokens, size, CONNECTIONS)(number) for size in (1, 0, 100))
        new = kits.activations()(number)
        while True:
            yield from islice(one, 8)
            yield from islice(none, 2)
            yield next(hundred)
            yield next(new)

    return requests


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.endurance", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--share", type=float, default=1.0, help="of the time that the kits are at work")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="endurance-") as scratch:
        directory = Path(scratch)
        with servers.places([chosen.database], directory) as [place]:
            kits = Field.lay_out(directory, place.database("product"), free_port(), workers=2, threads=8)
            with servers.product(directory, kits.environ) as served:
                memory = Memory(workers := Workers(served.pid))
                work = mixed(kits, kits.install(served.port))
                end, answered = workers.started + 60 * chosen.minutes, 0
                while time.monotonic() < end:
                    begun = time.monotonic()
                    done = load.run(served.port, work, connections=CONNECTIONS, seconds=SLICE_SECONDS * chosen.share)
                    if done.failures:
                        raise RuntimeError(f"{done.failures} of {done.requests} requests failed")
                    answered += done.requests
                    memory.look()
                    time.sleep(max(0.0, begun + SLICE_SECONDS - time.monotonic()))
                memory.ends()
                print(f"{answered:,} requests in {chosen.minutes:,.0f} minutes; largest worker {memory}")
            kits.runtime.database.close()


if __name__ == "__main__":
    main()
