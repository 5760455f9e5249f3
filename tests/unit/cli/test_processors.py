"""Workers and processors: how they are shared out, and where nobody may choose."""

import errno
import os
from types import SimpleNamespace
from typing import Any

import pytest

from licence_server.cli import processors

USABLE = {1, 4}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """gunicorn's master, as far as it is looked at, where two processors may be used."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(USABLE))
    return SimpleNamespace(num_workers=2, WORKERS={})


def chosen(server: SimpleNamespace) -> int | None:
    worker = SimpleNamespace()
    processors.choose(server, worker)
    server.WORKERS[len(server.WORKERS)] = worker
    processor: int | None = worker.processor
    return processor


def test_more_workers_than_processors_are_shared_out(server: SimpleNamespace) -> None:
    server.num_workers = 5
    assert [chosen(server) for _ in range(5)] == [1, 4, 1, 4, 1]


def test_a_reload_and_another_number_of_workers_are_taken_as_they_come(server: SimpleNamespace) -> None:
    assert [chosen(server) for _ in range(4)] == [1, 4, 1, 4]
    server.num_workers = 1
    assert chosen(server) is None
    server.num_workers, server.WORKERS = 2, {0: SimpleNamespace(processor=None), 1: SimpleNamespace(processor=1)}
    assert chosen(server) == 4


@pytest.mark.parametrize("fault", [errno.EINVAL, errno.EPERM, errno.ENOSYS])
def test_a_worker_that_may_not_be_bound_starts_free(
    server: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    def refuse(*_: Any) -> Any:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    processors.stay(server, SimpleNamespace(processor=1))

    monkeypatch.setattr(os, "sched_getaffinity", refuse)
    assert chosen(server) is None
