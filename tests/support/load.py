"""Load that behaves: kits that do what the SDK does, and a crowd that wants seats.

Read, send, acknowledged, delete; what was not acknowledged is sent again.
"""

import random
import threading
import uuid
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any

from tests.support.deployment import workshop
from tests.support.field import activate, sync
from tests.support.history import History
from tests.support.server import Server

FULL = 20
# What a client sees of a server that died, perhaps in the middle of its answer.
GONE = (OSError, ValueError, EOFError, HTTPException)


class Kit(threading.Thread):
    """A kit that makes reports until told to stop, and then sends what is left."""

    def __init__(self, servers: Server | list[Server], secret: str, history: History, seed: int) -> None:
        super().__init__(name=f"kit-{seed}", daemon=True)
        self.servers = servers if isinstance(servers, list) else [servers]
        self.secret, self.history, self.refusals = secret, history, list[dict[str, Any]]()
        self.random, self.over, self.given_up = random.Random(seed), threading.Event(), threading.Event()
        self.token, self.outbox, self.seq = "", list[dict[str, Any]](), 0

    def run(self) -> None:
        while not self.given_up.is_set() and (not self.over.is_set() or self.outbox):
            try:
                self._activate() if not self.token else self._sync()
            except GONE:
                self.over.wait(0.02)

    def _activate(self) -> None:
        status, body = activate(
            self._server(), self.secret, str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        )
        if status == 201:
            self.history.note_answer(body)
            self.token = body["installation_token"]

    def _sync(self) -> None:
        if not self.over.is_set() and len(self.outbox) < FULL:
            self.outbox += [self._report() for _ in range(self.random.randint(1, 8))]
        batch = self.outbox[:FULL]
        self.history.note_sent(batch)
        status, body = sync(self._server(), self.token, batch)
        if status == 200:
            self.history.note_answer(body)
            assert {result["status"] for result in body["results"]} <= {"accepted", "duplicate"}
            del self.outbox[: len(batch)]
        else:
            assert status == 503, body
            self.refusals.append(body)
            self.over.wait(0.05)

    def _server(self) -> Server:
        """Any of the servers: a balancer would send us anywhere."""
        return self.random.choice(self.servers)

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
