"""Kits in the field: many of them at once, over real HTTP."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

from tests.support.clock import Clock
from tests.support.deployment import Deployment, activation_body
from tests.support.server import Server

Result = TypeVar("Result")


def behind(server: Server) -> Deployment:
    """The deployment that a server serves, opened in this process too, to set it up and to look inside."""
    return Deployment(server.directory, server.database_url, Clock(datetime.now(UTC)))


def post(url: str, body: Any, token: str | None = None) -> tuple[int, Any]:
    """Status and body. Raises OSError where the server does not answer."""
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def activate(server: Server, token: str, installation_id: str) -> tuple[int, Any]:
    return post(f"{server.url}/api/v1/activations", activation_body(token, installation_id))


def sync(server: Server, installation_token: str, reports: list[Any]) -> tuple[int, Any]:
    body = {"sent_at": datetime.now(UTC).isoformat(), "reports": reports}
    return post(f"{server.url}/api/v1/sync", body, installation_token)


def at_once(acts: Iterable[Callable[[], Result]], threads: int = 16) -> list[Result]:
    """Run acts in so many threads that start together; results in the order of the acts."""
    acts = list(acts)
    threads = min(threads, len(acts))
    barrier = threading.Barrier(threads)
    with ThreadPoolExecutor(threads, initializer=barrier.wait) as pool:
        return [future.result() for future in [pool.submit(act) for act in acts]]
