"""A worker that leaves connections to another does not leave them to one that cannot take them."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.support.server import Server, free_port


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = Server(tmp_path, f"sqlite:///{tmp_path / 'trial.db'}", free_port(), workers=2, installed=True)
    started.init()
    started.start()
    yield started
    started.stop()


@contextmanager
def opened(server: Server) -> Iterator[None]:
    """A connection that has been answered, and stays open."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", "/healthz")
    assert connection.getresponse().read()
    yield
    connection.close()


def connections(server: Server) -> Counter[int]:
    """How many each worker has."""
    found = Counter[int]()
    for worker in server.worker_processes():
        here = [
            one for one in worker.net_connections() if one.status == "ESTABLISHED" and one.laddr.port == server.port
        ]
        found[worker.pid] = len(here)
    return found


def both(server: Server) -> list[int]:
    """The two workers; the second begins a moment after the first."""
    deadline = time.monotonic() + 30
    while len(found := sorted(connections(server))) < 2:
        assert time.monotonic() < deadline
    return found


def test_a_worker_that_cannot_is_not_waited_for_long(server: Server) -> None:
    asleep, awake = both(server)
    os.kill(asleep, signal.SIGSTOP)
    try:
        with ExitStack() as stack:
            for _ in range(4):
                stack.enter_context(opened(server))
            assert connections(server)[awake] == 4
    finally:
        os.kill(asleep, signal.SIGCONT)
