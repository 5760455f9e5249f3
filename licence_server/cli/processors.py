"""A worker stays on one processor, where there are as many workers as processors.

Threads of a worker take turns, since they share one interpreter. Spread over two processors each turn wakes the other
processor, and while it wakes nobody works: an answer from SQLite, which lets go of the interpreter some fifty times,
then takes more than twice as long. Fewer workers than processors stay free, for others may be bound to the same
machine's first ones too. nginx does likewise (`worker_cpu_affinity auto`).

Where this is forbidden, or the processor has just gone, a worker stays free: gunicorn would take an error in a hook for
a worker that cannot start, and end.
"""

import os
import sys
from collections import Counter
from contextlib import suppress
from typing import Any


def choose(server: Any, worker: Any) -> None:
    """gunicorn's `pre_fork`, in the master: the processor that the fewest workers have."""
    worker.processor = None
    if sys.platform != "linux":
        return
    usable: list[int] = []
    with suppress(OSError):
        usable = sorted(os.sched_getaffinity(0))
    if usable and server.num_workers >= len(usable):
        taken = Counter(other.processor for other in server.WORKERS.values())
        worker.processor = min(usable, key=lambda processor: taken[processor])


def stay(_server: Any, worker: Any) -> None:
    """In the worker, at gunicorn's `post_fork`."""
    if sys.platform == "linux" and worker.processor is not None:
        with suppress(OSError):
            os.sched_setaffinity(0, {worker.processor})
