"""Servers on this computer: a port for one, and whether it is up. Examples, benchmarks and tests start some."""

import socket
import urllib.request
from http.client import HTTPException


def free_port() -> int:
    """One that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether anybody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(bind: str, path: str = "/healthz") -> bool:
    """Whether the server at `host:port` says that it is up; at `/readyz`, that it can serve."""
    try:
        with urllib.request.urlopen(f"http://{bind}{path}", timeout=5) as response:
            return bool(response.status == 200)
    except (OSError, HTTPException):
        return False
