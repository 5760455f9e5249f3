"""What the rooms that answer HTTP share: the application's deployment and clock, the rest of a refused body."""

from collections.abc import Callable
from datetime import datetime

from flask import current_app, g, request

from licence_server.services.runtime import Runtime

RUNTIME = "licence_server_runtime"
CLOCK = "licence_server_clock"

_DRAINED = 64 << 20

Clock = Callable[[], datetime]


def runtime() -> Runtime:
    """The deployment this application serves."""
    found: Runtime = current_app.extensions[RUNTIME]
    return found


def now() -> datetime:
    """The moment of this request: read once, the same for everything the request does."""
    if "now" not in g:
        clock: Clock = current_app.extensions[CLOCK]
        g.now = clock()
    moment: datetime = g.now
    return moment


def drain() -> None:
    """Read what is left of a refused body, so that the client gets to read the refusal."""
    stream, left = request.environ["wsgi.input"], min(request.content_length or 0, _DRAINED)
    while left > 0 and (chunk := stream.read(min(left, 1 << 16))):
        left -= len(chunk)
