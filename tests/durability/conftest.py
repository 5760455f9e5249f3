"""A deployment under load, and what must hold of it whatever happened."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.databases import SqliteServer
from tests.support.field import behind
from tests.support.history import History, faults
from tests.support.load import Kit
from tests.support.server import Server, free_port

KITS = 4


class Trial:
    """Kits that report to servers of one deployment until told to stop."""

    def __init__(self, servers: list[Server]) -> None:
        self.servers = servers
        self.history = History()
        self.deployment = behind(servers[0])
        secret = self.deployment.token(self.deployment.licence())
        self.kits = [Kit(servers, secret, self.history, seed) for seed in range(KITS)]

    def begin(self) -> None:
        for kit in self.kits:
            kit.start()
        self.history.await_answers(20)

    def end(self) -> None:
        """Let the kits send what is left; then everything that was made is there, once."""
        for kit in self.kits:
            kit.over.set()
        for kit in self.kits:
            kit.join(60)
        assert not any(kit.is_alive() for kit in self.kits)
        self.deployment.clock.now = datetime.now(UTC)
        # This process's own connection may have died with a database, too short a while ago to be asked before its use.
        self.deployment.runtime.database.close()
        assert faults(self.history, self.deployment) == []
        assert self.history.acknowledged == self.history.sent.keys()
        self.deployment.assert_totals_agree()
        audit = self.servers[0].run("audit", "verify")
        assert audit.returncode == 0, audit.stdout + audit.stderr

    def give_up(self) -> None:
        """After a failure nobody waits for what is left."""
        for kit in self.kits:
            kit.given_up.set()
            kit.over.set()
        for kit in self.kits:
            if kit.is_alive():
                kit.join(70)

    @property
    def refusals(self) -> set[str]:
        """Codes of the 503s that the kits were given."""
        return {refusal["code"] for kit in self.kits for refusal in kit.refusals}


@pytest.fixture
def trial() -> Callable[..., AbstractContextManager[Trial]]:
    """`with trial(server, …) as running:` load begins; at the end the checker looks."""

    @contextmanager
    def _trial(*servers: Server) -> Iterator[Trial]:
        running = Trial(list(servers))
        try:
            running.begin()
            yield running
            running.end()
        finally:
            running.give_up()
            running.deployment.close()

    return _trial


@pytest.fixture
def sqlite_server(tmp_path: Path) -> Iterator[Server]:
    """Up, on SQLite."""
    server = Server(tmp_path, SqliteServer(tmp_path).empty(), free_port())
    server.init()
    server.start()
    yield server
    server.stop()
