"""How long the chase lists take: 16,000 organisations, 40,000 installations.

.venv/bin/python -m benchmarks.chase_lists [DATABASE_URL]
"""

import sys
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter

from benchmarks.city import KIT, NOW, deployment, fill
from licence_server.services import chase_lists, kit_field, kits
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
    with deployment(sys.argv[1] if len(sys.argv) > 1 else None) as runtime:
        fill(runtime)
        for chosen in ChaseList:
            find = partial(chase_lists.find, runtime, chosen, now=NOW)
            first, last = find(), find().pages
            page, end = milliseconds(find), milliseconds(partial(find, page=last))
            whole = milliseconds(partial(chase_lists.export, runtime, chosen, now=NOW, actor="benchmark"))
            print(
                f"{chosen.value:16} {first.total:6} rows: first page {page:4.0f} ms, last {end:4.0f} ms, "
                f"export {whole:4.0f} ms"
            )
        kit = kits.get(runtime, KIT)
        print(f"kit page {milliseconds(lambda: kit_field.field_of(runtime, kit, now=NOW)):.0f} ms")


if __name__ == "__main__":
    main()
