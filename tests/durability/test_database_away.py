"""The database cannot answer for a while: locked, full, killed. Kits are told to wait, and lose nothing."""

import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
import pytest

from examples.cluster.postgresql import Postgresql, new_folder
from tests.durability.conftest import Trial
from tests.support.field import post
from tests.support.server import Server, free_port

Begin = Callable[..., AbstractContextManager[Trial]]


def await_refusal(running: Trial, code: str) -> None:
    """Wait until a kit was told so."""
    deadline = time.monotonic() + 60
    while code not in running.refusals:
        assert time.monotonic() < deadline, running.refusals
        time.sleep(0.05)


def test_locked_for_longer_than_anybody_waits(sqlite_server: Server, trial: Begin) -> None:
    path = sqlite_server.database_url.removeprefix("sqlite:///")
    with trial(sqlite_server) as running:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await_refusal(running, "database_unavailable")
        other.execute("ROLLBACK")
        other.close()
        running.history.await_answers(12)


def limit_files(server: Server, size: int) -> None:
    """Let no process of a server write a file beyond a size: a disk that is full."""
    assert server.process is not None
    master = psutil.Process(server.process.pid)
    for process in [master, *master.children()]:
        _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, hard))


def test_a_full_disk(sqlite_server: Server, trial: Begin) -> None:
    wal = Path(sqlite_server.database_url.removeprefix("sqlite:///") + "-wal")
    with trial(sqlite_server) as running:
        limit_files(sqlite_server, wal.stat().st_size // 2)
        await_refusal(running, "database_unavailable")
        status, body = post(f"{sqlite_server.url}/api/v1/activations", {})
        assert status in (422, 503), body
        limit_files(sqlite_server, resource.RLIM_INFINITY)
        running.history.await_answers(12)


@pytest.fixture
def postgres() -> Iterator[Postgresql]:
    """A PostgreSQL of this test's own, to be killed."""
    folder = new_folder()
    started = Postgresql(folder, "alone")
    started.initialise()
    started.start()
    yield started
    started.remove()


def test_a_killed_postgresql_comes_back(postgres: Postgresql, tmp_path: Path, trial: Begin) -> None:
    server = Server(tmp_path, postgres.create("licences"), free_port())
    server.init()
    server.start()
    try:
        with trial(server) as running:
            for _ in range(3):
                postgres.kill()
                await_refusal(running, "database_unavailable")
                postgres.start()
                running.history.await_answers(12)
    finally:
        server.stop()
