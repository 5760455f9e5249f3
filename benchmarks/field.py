"""A field to measure in: organisations with licences, activated kits, and the requests that these send."""

import json
import os
import random
import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.load import Requests, post
from licence_server.config import load
from licence_server.domain.licence import Kind, LicenceTerms
from licence_server.services import activation_tokens, initialisation, kits, licences, organisations
from licence_server.services.runtime import Runtime, open_runtime

KIT = "prevent-for-business"
ITEMS = {f"film-{number}": f"Film {number}" for number in range(1, 9)}
ORGANISATIONS = 16
INSTALLATIONS = 128


@dataclass
class Field:
    """A deployment with licensed organisations; `secrets` are their activation tokens."""

    runtime: Runtime
    environ: dict[str, str]
    secrets: list[str]
    root: dict[str, str]

    @classmethod
    def lay_out(cls, directory: Path, database_url: str, port: int, *, workers: int, threads: int) -> "Field":
        settings = {
            "LICENCE_SERVER_DATABASE_URL": database_url,
            "LICENCE_SERVER_DATA_DIR": str(directory / "data"),
            "LICENCE_SERVER_BIND": f"127.0.0.1:{port}",
            "LICENCE_SERVER_WORKERS": str(workers),
            "LICENCE_SERVER_THREADS": str(threads),
        }
        runtime = open_runtime(load(settings, directory))
        now, actor = datetime.now(UTC), "benchmark"
        made = initialisation.initialise(runtime, now=now, actor=actor, admin_email=None, passphrase="benchmark only")
        kits.add(runtime, now=now, actor=actor, kit_id=KIT, name="Kit", items=ITEMS)
        secrets = []
        for number in range(ORGANISATIONS):
            organisation = organisations.add(runtime, now=now, actor=actor, name=f"Organisation {number}")
            granted = licences.grant(
                runtime,
                now=now,
                actor=actor,
                organisation_id=organisation.id,
                kit_id=KIT,
                terms=LicenceTerms(),
                kind=Kind.TRIAL,
            )
            secrets.append(activation_tokens.issue(runtime, granted.licence.id, now=now, actor=actor).secret)
        return cls(runtime, {**os.environ, **settings, "BENCH_PORT": str(port)}, secrets, made.root)

    def activations(self) -> Requests:
        """Ever new installations."""

        def requests(number: int) -> Iterator[bytes]:
            for turn in range(1 << 30):
                yield post("/api/v1/activations", self._activation((number + turn) % ORGANISATIONS))

        return requests

    def install(self, port: int) -> list[str]:
        """The tokens of new installations."""
        tokens = []
        for number in range(INSTALLATIONS):
            answer = _call(f"http://127.0.0.1:{port}/api/v1/activations", self._activation(number % ORGANISATIONS))
            tokens.append(answer["installation_token"])
        return tokens

    def _activation(self, organisation: int) -> bytes:
        body = {
            "activation_token": self.secrets[organisation],
            "installation_id": str(uuid.uuid4()),
            "kit": {"id": KIT, "version": "1.0"},
            "client": {"name": "bench", "version": "1.0.0"},
        }
        return json.dumps(body).encode()


def check_ins(tokens: list[str], size: int, connections: int) -> Requests:
    """Check-ins of so many new reports each; every connection has its own share of the installations."""

    def requests(number: int) -> Iterator[bytes]:
        own = tokens[number::connections]
        numbers = dict.fromkeys(own, int(time.time()) % 100_000 * 10_000)
        order = random.Random()
        while True:
            for token in own:
                first = numbers[token] + 1
                numbers[token] += size
                yield post("/api/v1/sync", check_in(order, first, size), f"Authorization: Bearer {token}")

    return requests


def check_in(order: random.Random, first: int, size: int) -> bytes:
    """The body of a check-in of workshops, every one of the last day."""
    now = datetime.now(UTC)
    reports = ", ".join(_workshop(order, now, first + place) for place in range(size))
    return f'{{"sent_at": "{now.isoformat()}", "reports": [{reports}]}}'.encode()


def _workshop(order: random.Random, now: datetime, seq: int) -> str:
    started = now - timedelta(seconds=order.randrange(20 * 3600))
    return (
        f'{{"id": "{_uuid7(order)}", "seq": {seq}, "type": "session", "mode": "workshop", '
        f'"started_at": "{started.isoformat()}", "duration_seconds": {order.randrange(600, 5400)}, '
        f'"attendee_count": {order.randrange(1, 30)}, '
        f'"items": [{{"item": "film-{order.randrange(1, 9)}", "seconds": 412, "completed": true}}, '
        f'{{"item": "film-{order.randrange(1, 9)}", "seconds": 377, "completed": false}}]}}'
    )


def _uuid7(order: random.Random) -> str:
    """A time-ordered id, as the SDKs make them (RFC 9562)."""
    text = f"{time.time_ns() // 1_000_000:012x}7{order.getrandbits(12):03x}{order.getrandbits(62) | 1 << 63:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _call(url: str, body: bytes) -> Any:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)
