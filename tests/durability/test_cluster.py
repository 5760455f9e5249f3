"""Two servers, a pooler, a primary and a standby, started by the script that docs/scaling.md shows."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from examples.cluster.set_up import SetUp, fail_over, public_environ, running
from tests.durability.conftest import Trial
from tests.support import browsers
from tests.support.server import Server, free_port

Begin = Callable[..., AbstractContextManager[Trial]]


@pytest.fixture
def up(tmp_path: Path) -> Iterator[SetUp]:
    browsers.installed("pgbouncer", "pgbouncer")
    environ = {
        **public_environ(),
        "LICENCE_SERVER_WORKERS": "1",
        "LICENCE_SERVER_PUBLIC_URL": "https://licences.example",
    }
    data = tmp_path / "data"
    data.mkdir()
    with running(data, [free_port(), free_port()], environ) as started:
        yield started


def as_servers(up: SetUp, directory: Path) -> list[Server]:
    """The same, as the other tests know servers."""
    ports = [int(address.rpartition(":")[2]) for address in up.addresses]
    return [Server(directory, up.environ["LICENCE_SERVER_DATABASE_URL"], port) for port in ports]


def test_any_server_answers_for_all_and_a_failover_loses_nothing(up: SetUp, tmp_path: Path, trial: Begin) -> None:
    servers = as_servers(up, tmp_path)
    with trial(*servers) as run:
        fail_over(up)
        run.history.await_answers(40)
    keysets = []
    for address in up.addresses:
        with urllib.request.urlopen(f"{address}/api/v1/keyset", timeout=10) as answer:
            keysets.append(json.load(answer))
    assert keysets[0] == keysets[1]
