"""What a view needs to know of the application and of the request it answers."""

from flask import request

from licence_server.domain.errors import Unauthenticated
from licence_server.web import CLOCK, RUNTIME, Clock, now, runtime

__all__ = ["CLOCK", "RUNTIME", "Clock", "bearer_token", "now", "runtime"]


def bearer_token() -> str:
    """The token of the Authorization header (RFC 6750). Raises Unauthenticated where there is none."""
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer" or not authorization.token:
        raise Unauthenticated("token_missing", "This needs an `Authorization: Bearer …` header.")
    return authorization.token
