"""Whether the server's memory grows: its largest worker a minute after a start, and when that life ends."""

import time
from collections.abc import Callable
from typing import Protocol

import psutil

WARM_SECONDS = 60.0


def largest_worker(master: int) -> int:
    """Resident bytes of the largest worker of a server, by the id of its master process."""
    return max(worker.memory_info().rss for worker in psutil.Process(master).children())


class Watched(Protocol):
    """A server that says how much memory its largest worker holds, and when it was started."""

    started: float

    def resident_bytes(self) -> int: ...


class Memory:
    """Looked at now and then while a server runs; `ends` before every stop."""

    def __init__(self, server: Watched, clock: Callable[[], float] = time.monotonic) -> None:
        self._server = server
        self._clock = clock
        self._warm: tuple[float, int] | None = None
        self.largest = 0
        self.lives: list[tuple[float, float]] = []

    def look(self) -> None:
        """Note what a life begins with, once it has run for a minute."""
        if self._warm is None and self._clock() - self._server.started >= WARM_SECONDS:
            self._warm = self._clock(), self._server.resident_bytes()

    def ends(self) -> None:
        """Note what a life ends with."""
        last = self._server.resident_bytes()
        self.largest = max(self.largest, last)
        if self._warm is not None:
            since, first = self._warm
            self.lives.append((self._clock() - since, last / first))
        self._warm = None

    def __str__(self) -> str:
        grown = ", ".join(f"{growth:.2f} after {seconds / 60:,.0f} minutes more" for seconds, growth in self.lives)
        return f"{self.largest / 2**20:,.0f} MiB; as a multiple of the first minute's {grown or 'not known'}"
