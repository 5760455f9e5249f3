"""Errors as pages: the statuses are those of the API, the words are for people."""

import logging
from http import HTTPStatus

from flask import Response
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from licence_server.console.blueprint import blueprint
from licence_server.console.pages import page
from licence_server.domain.errors import LicenceServerError
from licence_server.web import STATUS

_TITLES = {
    HTTPStatus.BAD_REQUEST: "This could not be read",
    HTTPStatus.FORBIDDEN: "You may not do this",
    HTTPStatus.NOT_FOUND: "There is no such page",
    HTTPStatus.CONFLICT: "This cannot be done now",
    HTTPStatus.PRECONDITION_FAILED: "Somebody else has changed this meanwhile",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "This is too large",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many attempts",
    HTTPStatus.SERVICE_UNAVAILABLE: "The service cannot answer now",
}

logger = logging.getLogger("licence_server")


def error_page(status: int, code: str, detail: str, retry_after: int | None = None) -> Response:
    """An error, said in words, with its stable code."""
    title = _TITLES.get(HTTPStatus(status), "This did not work")
    response = page("error.html", status, title=title, code=code, detail=detail, retry_after=retry_after)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


@blueprint.errorhandler(LicenceServerError)
def _ours(error: LicenceServerError) -> Response:
    status = STATUS.get(type(error))
    if status is None:
        return _fault(error)
    return error_page(status, error.code, error.detail, getattr(error, "retry_after", None))


@blueprint.errorhandler(CSRFError)
def _csrf(error: CSRFError) -> Response:
    detail = "This form was open for too long, or came from somewhere else. Open the page again; nothing was changed."
    return error_page(400, "form_expired", detail)


@blueprint.errorhandler(HTTPException)
def _http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    return error_page(status, status.phrase.lower().replace(" ", "_"), error.description or status.phrase)


@blueprint.errorhandler(Exception)
def _fault(error: Exception) -> Response:
    logger.error("unexpected error", exc_info=error)
    return error_page(500, "internal_error", "Something went wrong on our side. Nothing was changed.")
