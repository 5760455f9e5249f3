"""Which processors workers run on."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.support.server import Server, free_port


@pytest.fixture
def two() -> Iterator[list[int]]:
    """Two processors, which are all that servers started meanwhile may use; one twice on a machine of one."""
    all_of_them = os.sched_getaffinity(0)
    chosen = sorted(all_of_them)[:2]
    os.sched_setaffinity(0, chosen)
    yield chosen
    os.sched_setaffinity(0, all_of_them)


def processors(server: Server) -> dict[int, list[int]]:
    """Of each worker that is under way."""
    found = {}
    for worker in server.worker_processes():
        # One that was ended goes while we look.
        with suppress(psutil.NoSuchProcess):
            found[worker.pid] = worker.cpu_affinity()
    return found


def both_bound(server: Server, *, ended: int = 0) -> dict[int, list[int]]:
    """Of two workers, once there are two and neither is one that was ended."""
    deadline = time.monotonic() + 30
    while True:
        now = processors(server)
        if len(now) == 2 and ended not in now and all(len(processor) == 1 for processor in now.values()):
            return now
        assert time.monotonic() < deadline, now


def test_each_worker_has_a_processor_and_its_successor_takes_it(tmp_path: Path, two: list[int]) -> None:
    server = Server(tmp_path, f"sqlite:///{tmp_path / 'trial.db'}", free_port(), workers=2, installed=True)
    server.init()
    server.start()
    try:
        for _ in range(2):
            bound = both_bound(server)
            assert sorted(bound.values()) == [[processor] for processor in sorted((two * 2)[:2])]
            os.kill(min(bound), signal.SIGKILL)
            assert sorted(both_bound(server, ended=min(bound)).values()) == sorted(bound.values())
    finally:
        server.stop()


def test_fewer_workers_than_processors_are_free(tmp_path: Path, two: list[int]) -> None:
    server = Server(tmp_path, f"sqlite:///{tmp_path / 'trial.db'}", free_port(), workers=1, installed=True)
    server.init()
    server.start()
    try:
        assert list(processors(server).values()) == [two]
    finally:
        server.stop()
