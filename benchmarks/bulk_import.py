"""How long an import of 16,000 organisations takes, each with a trial and an activation token, and for how long
it keeps a kit waiting meanwhile."""

import argparse
import threading
import uuid
from resource import RUSAGE_SELF, getrusage
from time import perf_counter, sleep

from benchmarks.filled import KIT, NOW, csv_of, deployment
from licence_server.models import Person
from licence_server.services import audit, bulk_jobs, bulk_previews, bulk_selections
from licence_server.services.bulk_work import Grant
from licence_server.services.runtime import Runtime


class Kits(threading.Thread):
    """Writes now and then, as kits that sync do, and notes how long it waits."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(daemon=True)
        self.runtime, self.over, self.waits = runtime, threading.Event(), [0.0]

    def run(self) -> None:
        while not self.over.is_set():
            began = perf_counter()
            with self.runtime.database.writing() as session:
                audit.record(self.runtime, session, now=NOW, actor="kit", action="sync", subject="kit")
            self.waits.append(perf_counter() - began)
            sleep(0.01)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk_import", description=__doc__)
    parser.add_argument("database", nargs="?", help="its address; SQLite where none is given")
    with deployment(parser.parse_args().database) as runtime:
        person = uuid.uuid4()
        with runtime.database.writing() as session:
            session.add(Person(id=person, email="a@example.org", role="administrator", created_at=NOW))
        content = csv_of(16_000)
        memory = getrusage(RUSAGE_SELF).ru_maxrss
        began = perf_counter()
        work = bulk_selections.from_file("city.csv", content, Grant(KIT))
        job = bulk_jobs.create(runtime, person, work, now=NOW)
        read = perf_counter()
        print(f"file of {len(content):,} bytes read and kept: {read - began:.1f} s")
        bulk_previews.preview(runtime, work, now=NOW)
        looked = perf_counter()
        print(f"preview: {looked - read:.1f} s")
        kits = Kits(runtime)
        kits.start()
        bulk_jobs.run(runtime, job, person, now=NOW, actor="benchmark")
        kits.over.set()
        kits.join()
        ran = perf_counter()
        print(f"added, granted, issued: {ran - looked:.1f} s")
        print(f"{len(kits.waits) - 1} other writes meanwhile, the longest took {max(kits.waits) * 1000:.0f} ms")
        done = bulk_jobs.get(runtime, job, person, now=NOW)
        print(f"result read: {perf_counter() - ran:.1f} s; {len(done.done)} organisations")
        began = perf_counter()
        bulk_previews.preview(runtime, work, now=NOW)
        print(f"preview of the same file again: {perf_counter() - began:.1f} s")
        print(f"memory: {(getrusage(RUSAGE_SELF).ru_maxrss - memory) / 1024:.0f} MiB more at the peak")


if __name__ == "__main__":
    main()
