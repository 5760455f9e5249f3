"""A primary dies under load, its standby takes over: several servers carry on by libpq's own multi-host address."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from examples.cluster.postgresql import Postgresql, new_folder, pair
from tests.durability.conftest import Trial
from tests.support.server import Server, free_port

Begin = Callable[..., AbstractContextManager[Trial]]


@pytest.fixture
def pair_of_databases() -> Iterator[tuple[Postgresql, Postgresql]]:
    primary, standby = pair(new_folder())
    yield primary, standby
    primary.remove()


def address(first: Postgresql, second: Postgresql, database: str) -> str:
    """Whichever of the two takes writes."""
    hosts = f"host={first.socket},{second.socket}&port={first.port},{second.port}"
    return f"postgresql://postgres@/{database}?{hosts}&target_session_attrs=read-write&connect_timeout=5"


def test_every_acknowledged_report_is_on_the_standby(
    pair_of_databases: tuple[Postgresql, Postgresql], tmp_path: Path, trial: Begin
) -> None:
    primary, standby = pair_of_databases
    primary.create("licences")
    url = address(primary, standby, "licences")
    servers = [Server(tmp_path, url, free_port(), workers=1) for _ in range(2)]
    servers[0].init()
    for server in servers:
        server.start()
    try:
        with trial(*servers) as running:
            primary.kill()
            standby.promote()
            running.history.await_answers(40)
    finally:
        for server in servers:
            server.stop()
        standby.stop()
