"""Workers that share the connections evenly.

All of them listen on one socket, and whoever wakes first takes what comes. Of sixteen connections opened together one
of two workers had thirteen to sixteen in most runs; as long as these stay open, as those of a proxy do, one of two
processors then has little to do. So a worker that has more than another waits a moment before it takes one more; where
the other is busy, or gone, it takes it all the same. For the problem see Majkowski, "Why does one NGINX worker take all
the load?" (2017).
"""

import mmap
import time
from functools import cache
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

PATIENCE_SECONDS = 0.001
PLACES = 64
NOBODY = -1


@cache
def shares() -> memoryview:
    """How many connections each worker has open, or `NOBODY`. Made by the master, with its first worker, and seen by
    all that it forks."""
    made = memoryview(mmap.mmap(-1, PLACES * 4)).cast("i")
    for place in range(PLACES):
        made[place] = NOBODY
    return made


class EvenWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's worker with threads, but for whom it leaves a new connection to."""

    @property
    def nr_conns(self) -> int:
        """How many connections it has open: gunicorn's name, and its to count."""
        return self._open

    @nr_conns.setter
    def nr_conns(self, value: int) -> None:
        self._open = shares()[_place(self)] = value

    def accept(self, listener: Any) -> None:
        if self.nr_conns > min((count for count in shares().tolist() if count != NOBODY), default=0):
            time.sleep(PATIENCE_SECONDS)
        super().accept(listener)


def forget(worker: Any) -> None:
    """In the master: a worker has ended, so nobody leaves anything to it."""
    shares()[_place(worker)] = NOBODY


def _place(worker: Any) -> int:
    """By its number in the order they begin. Where two have one place after all, the sharing is less even, no more."""
    place: int = worker.age % PLACES
    return place
