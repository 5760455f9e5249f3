"""A load generator that costs little: raw sockets, kept alive, one request under way on each.

A closed loop: a connection sends its next request when it has the answer to the last one. `Load.cpu_share` says
how much of one core the generator itself took, since it runs beside what it measures.
"""

import selectors
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Requests = Callable[[int], Iterator[bytes]]
"""The requests of one connection, by its number."""


@dataclass(frozen=True)
class Load:
    """What a run gave. milliseconds: of each answer, sorted."""

    requests: int
    seconds: float
    failures: int
    milliseconds: list[float]
    cpu_share: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    def quantile(self, share: float) -> float:
        return self.milliseconds[min(int(len(self.milliseconds) * share), len(self.milliseconds) - 1)]


def post(path: str, body: bytes, *headers: str) -> bytes:
    """One request as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: bench", "Content-Type: application/json", *headers]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def run(port: int, requests: Requests, *, connections: int, seconds: float) -> Load:
    """Load a server for so long."""
    selector = selectors.DefaultSelector()
    waiting = [_Connection(port, requests(number)) for number in range(connections)]
    begun, cpu = time.perf_counter(), time.process_time()
    for connection in waiting:
        connection.send()
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    latencies: list[float] = []
    failures, open_connections = 0, len(waiting)
    while open_connections:
        for key, _ in selector.select(30) or _stalled():
            connection = key.data
            status = connection.receive()
            if status is None:
                if connection.closed:
                    selector.unregister(key.fileobj)
                    connection.open()
                    selector.register(connection.socket, selectors.EVENT_READ, connection)
                    connection.send_again()
                continue
            now = time.perf_counter()
            latencies.append((now - connection.begun) * 1000)
            failures += status not in (b"200", b"201")
            if now - begun >= seconds:
                selector.unregister(key.fileobj)
                connection.socket.close()
                open_connections -= 1
            else:
                connection.send()
    elapsed = time.perf_counter() - begun
    return Load(len(latencies), elapsed, failures, sorted(latencies), (time.process_time() - cpu) / elapsed)


def _stalled() -> list[tuple[selectors.SelectorKey, int]]:
    raise RuntimeError("no answer within thirty seconds")


class _Connection:
    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self._port, self._requests = port, requests
        self.begun, self.closed = 0.0, False
        self._request, self._received, self._wanted = b"", b"", -1
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self._port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.closed = False

    def send(self) -> None:
        self._request = next(self._requests)
        self.begun = time.perf_counter()
        self.send_again()

    def send_again(self) -> None:
        self._received, self._wanted = b"", -1
        self.socket.sendall(self._request)

    def receive(self) -> bytes | None:
        """The status, once the answer is whole."""
        try:
            data = self.socket.recv(1 << 18)
        except ConnectionError:
            data = b""
        if not data:
            # The server had closed the kept-alive connection before this request reached it.
            self.closed = True
            self.socket.close()
            return None
        self._received += data
        if self._wanted < 0:
            head, found, _ = self._received.partition(b"\r\n\r\n")
            if not found:
                return None
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            self._wanted = len(head) + 4 + int(length)
        return self._received[9:12] if len(self._received) >= self._wanted else None
