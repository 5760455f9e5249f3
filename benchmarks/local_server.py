"""Servers on this computer: a port for one, and whether it is up."""

import socket
import urllib.request
from http.client import HTTPException


def free_port() -> int:
    """One that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Whether the server at an address says that it is up."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as response:
            return bool(response.status == 200)
    except (OSError, HTTPException):
        return False
