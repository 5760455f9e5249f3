"""What the rooms that answer HTTP share: the application's deployment and clock."""

from collections.abc import Callable
from datetime import datetime

from flask import current_app, g

from licence_server.services.runtime import Runtime

RUNTIME = "licence_server_runtime"
CLOCK = "licence_server_clock"

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
