"""kill -9 of the whole server under load, again and again: what was acknowledged is there, once.

Fifty kills in all, in parts that pytest-xdist can run side by side.
"""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.databases import DatabaseServer
from tests.support.field import behind
from tests.support.history import History, faults
from tests.support.load import Crowd, Kit
from tests.support.server import Server, free_port

KILLS = 25
KITS = 4
SEATS = 12


@pytest.fixture
def server(database_server: DatabaseServer, tmp_path: Path) -> Server:
    """Initialised, not yet running."""
    server = Server(tmp_path, database_server.empty(), free_port())
    server.init()
    return server


def test_what_was_acknowledged_survives_every_kill(server: Server) -> None:
    history = History()
    deployment = behind(server)
    kit_id = deployment.kit()
    secret = deployment.token(deployment.licence(kit_id=kit_id))
    crowded = deployment.token(deployment.licence(deployment.organisation("Crowd"), kit_id, seats=SEATS))
    threads: list[Kit | Crowd] = [Kit(server, secret, history, seed) for seed in range(KITS)]
    threads.append(Crowd(server, crowded, history))
    moments = random.Random(9)
    for thread in threads:
        thread.start()
    try:
        for _ in range(KILLS):
            server.start()
            history.await_answers(moments.randint(2, 25))
            server.kill()
        server.start()
        for thread in threads:
            thread.over.set()
            thread.join(120)
        assert not any(thread.is_alive() for thread in threads)

        deployment.clock.now = datetime.now(UTC)
        assert faults(history, deployment) == []
        assert history.acknowledged == history.sent.keys()
        assert deployment.report()["installations"]["copied"] == 0
        for command in (["usage", "verify"], ["audit", "verify"]):
            done = server.run(*command)
            assert done.returncode == 0, done.stdout + done.stderr
        assert len(history.sent) > KILLS
    finally:
        for thread in threads:
            thread.over.set()
        server.stop()
        deployment.close()
