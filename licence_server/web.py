"""What the rooms that answer HTTP share: the deployment, the clock, which status an error of ours has."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from flask import current_app, g

from licence_server.domain import errors
from licence_server.domain.errors import LicenceServerError
from licence_server.services.runtime import Runtime

RUNTIME = "licence_server_runtime"
CLOCK = "licence_server_clock"
ROUTE = "licence_server.route"
"""Where the WSGI environment keeps the rule of the route for the log, which sees the request after Flask forgot it."""

Clock = Callable[[], datetime]

STATUS: dict[type[LicenceServerError], HTTPStatus] = {
    errors.Malformed: HTTPStatus.BAD_REQUEST,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Refused: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Stale: HTTPStatus.PRECONDITION_FAILED,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.UnsupportedMedia: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.PreconditionRequired: HTTPStatus.PRECONDITION_REQUIRED,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""What is not in here is a fault of ours: a bland 500."""


def runtime() -> Runtime:
    """The deployment this application serves."""
    found: Runtime = current_app.extensions[RUNTIME]
    return found


def now() -> datetime:
    """The moment of this request: read once, the same for everything the request does."""
    moment: datetime | None = g.get("now")
    if moment is None:
        clock: Clock = current_app.extensions[CLOCK]
        moment = g.now = clock()
    return moment
