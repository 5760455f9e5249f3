"""Who leaves a new connection to another worker."""

import multiprocessing
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from gunicorn.workers.gthread import ThreadWorker
from gunicorn.workers.sync import SyncWorker

from licence_server.cli import even_workers
from licence_server.cli.even_workers import EvenWorker, forget
from licence_server.cli.web_server import WebServer
from licence_server.config import load


@pytest.fixture
def happened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What workers do with a connection; nobody else has one meanwhile."""
    done: list[str] = []
    monkeypatch.setattr(even_workers, "shares", cache(even_workers.shares.__wrapped__))
    monkeypatch.setattr(even_workers.time, "sleep", lambda _: done.append("wait"))
    monkeypatch.setattr(ThreadWorker, "accept", lambda _worker, _listener: done.append("accept"))
    return done


def worker(age: int, connections: int) -> Any:
    one = EvenWorker.__new__(EvenWorker)
    one.age = age
    one.nr_conns = connections
    return one


@pytest.mark.parametrize(
    ("own", "others", "done"),
    [
        (0, [], ["accept"]),
        (5, [], ["accept"]),
        (2, [2, 3], ["accept"]),
        (1, [2, 3], ["accept"]),
        (2, [3, 1], ["wait", "accept"]),
        (1, [0], ["wait", "accept"]),
    ],
)
def test_who_has_more_than_another_waits_a_moment(
    happened: list[str], own: int, others: list[int], done: list[str]
) -> None:
    for age, connections in enumerate(others, 2):
        worker(age, connections)

    worker(1, own).accept(None)

    assert happened == done


@pytest.mark.usefixtures("happened")
def test_a_worker_knows_what_the_others_have() -> None:
    # As the master does with its first.
    worker(1, 0)
    other = multiprocessing.get_context("fork").Process(target=worker, args=(2, 7))
    other.start()
    other.join()

    assert even_workers.shares()[2] == 7


@pytest.mark.parametrize(("threads", "kind"), [(1, SyncWorker), (2, EvenWorker)])
def test_a_server_with_threads_has_such_workers(tmp_path: Path, threads: int, kind: type) -> None:
    server = WebServer(load({"LICENCE_SERVER_THREADS": str(threads)}, tmp_path))

    assert server.cfg.worker_class is kind


def test_nothing_is_left_to_a_worker_that_has_ended(happened: list[str]) -> None:
    ended = worker(2, 0)
    forget(ended)

    worker(1, 3).accept(None)

    assert happened == ["accept"]


def test_two_in_one_place_count_their_own_connections(happened: list[str]) -> None:
    first = worker(1, 3)
    second = worker(1 + even_workers.PLACES, 0)
    second.nr_conns += 1

    assert (first.nr_conns, second.nr_conns) == (3, 1)
    forget(first)
    second.accept(None)
    assert happened[-1] == "accept"
