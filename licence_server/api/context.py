"""What a view needs to know of the application and of the request it answers."""

from collections.abc import Callable
from datetime import datetime

from flask import current_app, g, request

from licence_server.domain.errors import Unauthenticated
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


def bearer_token() -> str:
    """The token of the Authorization header (RFC 6750). Raises Unauthenticated where there is none."""
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer" or not authorization.token:
        raise Unauthenticated("token_missing", "This needs an `Authorization: Bearer …` header.")
    return authorization.token
