"""HTTP as kits speak it, one connection for each thread, every answer timed; who is told to come again does.

A connection stays with the worker that took it, so one kept for ever would leave the workers as unequal as the
first minute happened to make them: each is closed after some exchanges, and the idler worker takes the next.
"""

import http.client
import threading
import time
from array import array
from http import HTTPStatus
from typing import Any

import msgspec

_EXCHANGES = 40


class Post:
    """Sends JSON; counts and times the answers."""

    def __init__(self, address: str) -> None:
        host, _, port = address.removeprefix("http://").partition(":")
        self._host, self._port = host, int(port)
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: set[http.client.HTTPConnection] = set()
        self.seconds = array("d")
        self.turned_away = 0

    def send(self, path: str, body: dict[str, Any], token: str | None = None) -> tuple[int, dict[str, Any]]:
        """Status and document of the answer; asked again after a 503. Raises OSError where there is none."""
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        content = msgspec.json.encode(body)
        while True:
            begun = time.perf_counter()
            status, answer = self._exchange(path, content, headers)
            with self._lock:
                self.seconds.append(time.perf_counter() - begun)
                if status != HTTPStatus.SERVICE_UNAVAILABLE:
                    return status, msgspec.json.decode(answer)
                self.turned_away += 1
            # Nothing was taken: a kit keeps what it has and comes again.
            time.sleep(1)

    def _exchange(self, path: str, content: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        for again in (True, False):
            connection = self._connection()
            try:
                connection.request("POST", path, content, headers)
                response = connection.getresponse()
                return response.status, response.read()
            except (OSError, http.client.HTTPException):
                # The server closes connections that were idle; the next one is new.
                self._hang_up(connection)
                if not again:
                    raise
        raise AssertionError("unreachable")

    def _connection(self) -> http.client.HTTPConnection:
        found: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if found is None or self._local.left == 0:
            if found is not None:
                self._hang_up(found)
            found = self._local.connection = http.client.HTTPConnection(self._host, self._port, timeout=60)
            self._local.left = _EXCHANGES
            with self._lock:
                self._open.add(found)
        self._local.left -= 1
        return found

    def _hang_up(self, connection: http.client.HTTPConnection) -> None:
        connection.close()
        self._local.connection = None
        with self._lock:
            self._open.discard(connection)

    def close(self) -> None:
        """Hang up everywhere."""
        for connection in self._open:
            connection.close()

    def percentile(self, share: float) -> float:
        """Seconds within which that share of the answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
