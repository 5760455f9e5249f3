"""Errors as problem documents (RFC 9457), by the one table of statuses in web.py.

Every document has `type`, `title`, `status`, `detail` and a stable `code`; a 422 names each field in
`errors`. What is not in the table is a fault of ours: a bland 500, the details in the log alone.
"""

import json
import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from licence_server.api.codes import CODES
from licence_server.domain import errors
from licence_server.domain.errors import LicenceServerError
from licence_server.web import STATUS

logger = logging.getLogger("licence_server")


def problem(status: int, code: str, detail: str, **members: Any) -> Response:
    """A problem document."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "code": code,
        "detail": detail,
        **members,
    }
    response = Response(json.dumps(document), status=int(status), mimetype="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    return response


def handle_errors(app: Flask) -> None:
    """Answer every error of an application with a problem document."""
    app.register_error_handler(LicenceServerError, _ours)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _fault)


def _ours(error: LicenceServerError) -> Response:
    status = STATUS.get(type(error))
    if status is None:
        return _fault(error)
    members = {"errors": error.errors} if isinstance(error, errors.Invalid) and error.errors else {}
    response = problem(status, error.code, error.detail, **members)
    if isinstance(error, errors.TooManyRequests | errors.Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, errors.Unauthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _of_http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    code = status.phrase.lower().replace(" ", "_").replace("-", "_")
    response = problem(status, code, CODES[code][1] if code in CODES else status.phrase)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "location"):
            response.headers[name] = value
    return response


def _fault(error: Exception) -> Response:
    logger.error("unexpected error", exc_info=error)
    return problem(500, "internal_error", "Something went wrong on our side.")
