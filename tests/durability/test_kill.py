"""kill -9 of the whole server under load, again and again: what was acknowledged is there, once.

Fifty kills in all, in parts that pytest-xdist can run side by side. Clients do what the SDK does: read, send,
acknowledged, delete; what was not acknowledged is sent again.
"""

import random
import threading
import uuid
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import DatabaseServer
from tests.support.deployment import workshop
from tests.support.field import activate, behind, sync
from tests.support.history import History, faults
from tests.support.server import Server, free_port

KILLS = 25
KITS = 4
FULL = 20
SEATS = 12
# What a client sees of a server that died, perhaps in the middle of its answer.
GONE = (OSError, ValueError, EOFError, HTTPException)


class Kit(threading.Thread):
    """A kit that makes reports until told to stop, and then sends what is left."""

    def __init__(self, server: Server, secret: str, history: History, seed: int) -> None:
        super().__init__(name=f"kit-{seed}", daemon=True)
        self.server, self.secret, self.history = server, secret, history
        self.random, self.over = random.Random(seed), threading.Event()
        self.token, self.outbox, self.seq = "", list[dict[str, Any]](), 0

    def run(self) -> None:
        while not self.over.is_set() or self.outbox:
            try:
                self._activate() if not self.token else self._sync()
            except GONE:
                self.over.wait(0.02)

    def _activate(self) -> None:
        status, body = activate(self.server, self.secret, str(uuid.UUID(int=self.random.getrandbits(128), version=4)))
        if status == 201:
            self.history.note_answer(body)
            self.token = body["installation_token"]

    def _sync(self) -> None:
        if not self.over.is_set() and len(self.outbox) < FULL:
            self.outbox += [self._report() for _ in range(self.random.randint(1, 8))]
        batch = self.outbox[:FULL]
        self.history.note_sent(batch)
        status, body = sync(self.server, self.token, batch)
        if status == 200:
            self.history.note_answer(body)
            assert {result["status"] for result in body["results"]} <= {"accepted", "duplicate"}
            del self.outbox[: len(batch)]
        else:
            assert status == 503, body

    def _report(self) -> dict[str, Any]:
        self.seq += 1
        return workshop(datetime.now(UTC), self.seq, attendee_count=self.random.randint(1, 30))


class Crowd(threading.Thread):
    """New installations that want a seat, far more of them than there are seats."""

    def __init__(self, server: Server, secret: str, history: History) -> None:
        super().__init__(name="crowd", daemon=True)
        self.server, self.secret, self.history, self.over = server, secret, history, threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            try:
                status, body = activate(self.server, self.secret, str(uuid.uuid4()))
            except GONE:
                self.over.wait(0.02)
                continue
            if status == 201:
                self.history.note_answer(body)
            elif status == 409:
                self.over.wait(0.05)


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
