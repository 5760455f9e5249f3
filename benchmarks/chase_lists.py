"""How long the chase lists take, and the overview that counts them, with 16,000 organisations."""

import argparse
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter

from benchmarks.filled import KIT, NOW, deployment, fill
from licence_server.services import chase_lists, committee, kit_field, kits
from licence_server.services.chase_lists import ChaseList

ROUNDS = 7


def milliseconds(act: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = perf_counter()
        act()
        taken.append(perf_counter() - began)
    return median(taken) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chase_lists", description=__doc__)
    parser.add_argument("database", nargs="?", help="its address; SQLite where none is given")
    parser.add_argument("--installations", type=int, default=40_000)
    given = parser.parse_args()
    with deployment(given.database) as runtime:
        fill(runtime, installations=given.installations)
        for chosen in ChaseList:
            find = partial(chase_lists.find, runtime, chosen, now=NOW)
            first, last = find(), find().pages
            page, end = milliseconds(find), milliseconds(partial(find, page=last))
            whole = milliseconds(partial(chase_lists.export, runtime, chosen, now=NOW, actor="benchmark"))
            print(
                f"{chosen.value:16} {first.total:6} rows: first page {page:4.0f} ms, last {end:4.0f} ms, "
                f"export {whole:4.0f} ms"
            )
        totals = milliseconds(partial(chase_lists.totals, runtime, now=NOW))
        document = milliseconds(partial(committee.overview, runtime, now=NOW))
        print(f"overview: totals of all lists {totals:.0f} ms, figures {document:.0f} ms")
        kit = kits.get(runtime, KIT)
        print(f"kit page {milliseconds(lambda: kit_field.field_of(runtime, kit, now=NOW)):.0f} ms")


if __name__ == "__main__":
    main()
